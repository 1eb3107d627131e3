package io.sluice.dataplane.listener;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.dataplane.net.Transport;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

class UdpSourceAddressTest {
    private static final int PORTS = 4;

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void sessionsComeFromEachInTurn(Transport transport) throws Exception {
        try (var upstream = new DatagramSocket(0, InetAddress.getLoopbackAddress());
                var node = new NodeFixture(transport)) {
            upstream.setSoTimeout(NodeFixture.SOCKET_TIMEOUT_MILLIS);
            var address = (InetSocketAddress) upstream.getLocalSocketAddress();
            // The first is no address of any node (RFC 5737).
            node.configure(config(UdpClient.text(address), "198.51.100.1, 127.0.0.2, 127.0.0.3"));
            Set<String> seen = new HashSet<>();
            for (int i = 0; i < 40; i++) {
                try (var client = new UdpClient(node.address("l4"))) {
                    client.send("x");
                    var packet = new DatagramPacket(new byte[10], 10);
                    upstream.receive(packet);
                    seen.add(packet.getAddress().getHostAddress());
                    upstream.send(packet);
                    assertThat(client.receiveText()).isEqualTo("x");
                }
            }
            assertThat(seen).containsExactlyInAnyOrder("127.0.0.2", "127.0.0.3");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void saysSoWhereNoneIsThere(Transport transport) throws Exception {
        try (var upstream = new UdpEcho("");
                var node = new NodeFixture(transport)) {
            node.configure(config(upstream.address(), "198.51.100.1, 203.0.113.2"));
            try (var client = new UdpClient(node.address("l4"))) {
                client.send("x");
                assertThat(node.nextRecord().reason()).isEqualTo("SOURCE_ADDRESS_MISSING");
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void usesAllPortsOfAllAddressesAndThenSaysSo(Transport transport) throws Exception {
        assertThat(inNamespace(transport, "127.0.0.2, 127.0.0.3"))
                .contains("\nDONE\n", "event=ports-exhausted");
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void withoutAddressesThePortsOfTheNodeAreAllThereIs(Transport transport) throws Exception {
        assertThat(inNamespace(transport, "")).contains("\nDONE\n", "event=ports-exhausted");
    }

    private static String inNamespace(Transport transport, String sources) throws Exception {
        Namespace.assumeThere();
        return Namespace.run(UdpSourceAddressTest.class, transport, sources);
    }

    /** Alone in a network with few local ports. */
    public static void main(String... arguments) throws Exception {
        String sources = arguments[1];
        int room = PORTS * sources.split(",").length;
        try (var upstream = new UdpEcho("");
                var node = new NodeFixture(Transport.valueOf(arguments[0]))) {
            node.configure(config(upstream.address(), sources));
            List<UdpClient> clients = new ArrayList<>();
            for (int i = 0; i < room + 100; i++) {
                clients.add(new UdpClient(node.address("l4"), "127.0.1.1"));
            }
            Namespace.leavePorts(PORTS);
            for (UdpClient client : clients.subList(0, room)) {
                client.send("x");
                assertThat(client.receiveText()).isEqualTo("x");
            }
            assertThat(node.listeners.connections()).isEqualTo(room);
            assertThat(node.log).isEmpty();
            oneMoreTakesThePlaceOfOneThatIsNotEstablished(node, clients.subList(room, room + 100));
            node.listeners.cut();
            while (node.listeners.connections() > 0) {
                node.loops.onEach(loop -> {}).get(60, TimeUnit.SECONDS);
            }
            establishedOnesStay(node, clients, room);
            assertThat(node.clusters.health())
                    .allSatisfy(endpoint -> assertThat(endpoint.health()).hasToString("HEALTHY"));
            clients.forEach(UdpClient::close);
        }
        System.out.println("\nDONE");
    }

    // Of its own loop, where there may be none.
    private static void oneMoreTakesThePlaceOfOneThatIsNotEstablished(
            NodeFixture node, List<UdpClient> clients) throws Exception {
        for (UdpClient client : clients) {
            client.send("more");
            String reason = node.nextRecord().reason();
            if (reason.equals("OVER_LIMIT")) {
                // On io_uring the place is free a little later.
                assertThat(client.ask("more")).isEqualTo("more");
                return;
            }
            assertThat(reason).isEqualTo("PORTS_EXHAUSTED");
        }
        throw new AssertionError("nobody gave way");
    }

    private static void establishedOnesStay(NodeFixture node, List<UdpClient> clients, int room)
            throws Exception {
        for (UdpClient client : clients.subList(0, room)) {
            assertThat(client.ask("1")).isEqualTo("1");
            assertThat(client.ask("2")).isEqualTo("2");
        }
        node.log.clear();
        for (UdpClient client : clients.subList(room, room + 5)) {
            client.send("nobody");
            assertThat(node.nextRecord().reason()).isEqualTo("PORTS_EXHAUSTED");
        }
        for (UdpClient client : clients.subList(0, room)) {
            client.send("3");
            assertThat(client.receiveText()).isEqualTo("3");
        }
    }

    private static String config(String upstream, String sources) {
        return """
        kind: Listener
        name: l4
        spec: { address: "127.0.0.1:0", udp: { forward: { cluster: c } } }
        ---
        kind: Cluster
        name: c
        spec:
          endpoints: [{ address: "%s" }]
          sourceAddresses: [%s]
        """
                .formatted(upstream, sources);
    }
}
