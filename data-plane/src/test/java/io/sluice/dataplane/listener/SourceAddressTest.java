package io.sluice.dataplane.listener;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.dataplane.net.Transport;
import io.sluice.dataplane.telemetry.AccessRecord;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

class SourceAddressTest {
    private static final int PORTS = 4;

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void connectionsComeFromEachInTurn(Transport transport) throws Exception {
        try (var upstream = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                var node = new NodeFixture(transport)) {
            // The first is no address of any node (RFC 5737).
            node.configure(config(upstream, "198.51.100.1, 127.0.0.2, 127.0.0.3"));
            List<String> seen = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                try (Socket client = connect(node, 0);
                        Socket accepted = upstream.accept()) {
                    assertThat(client.isConnected()).isTrue();
                    seen.add(accepted.getInetAddress().getHostAddress());
                }
            }
            assertThat(seen).containsOnly("127.0.0.2", "127.0.0.3");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void saysSoWhereNoneIsThere(Transport transport) throws Exception {
        try (var upstream = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                var node = new NodeFixture(transport)) {
            node.configure(config(upstream, "198.51.100.1, 203.0.113.2"));
            try (Socket client = connect(node, 0)) {
                assertThat(client.getInputStream().read()).isEqualTo(-1);
            }
            assertThat(node.nextRecord().reason()).isEqualTo("SOURCE_ADDRESS_MISSING");
        }
    }

    @ParameterizedTest
    // NIO takes a port of all addresses' when it binds, so that the clients here have none.
    @EnumSource(names = {"EPOLL", "IO_URING"})
    void usesAllPortsOfAllAddressesAndThenSaysSo(Transport transport) throws Exception {
        Namespace.assumeThere();
        String printed = Namespace.run(SourceAddressTest.class, transport);
        assertThat(printed).contains("\nDONE\n").contains("event=ports-exhausted");
    }

    /** Alone in a network with few local ports. */
    public static void main(String... arguments) throws Exception {
        try (var upstream = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                var node = new NodeFixture(Transport.valueOf(arguments[0]))) {
            node.configure(config(upstream, "127.0.0.2, 127.0.0.3"));
            Namespace.leavePorts(PORTS);
            List<Socket> open = new ArrayList<>();
            for (int i = 0; i < 2 * PORTS; i++) {
                open.add(connect(node, i));
                open.add(upstream.accept());
            }
            for (int i = 0; i < 5; i++) {
                try (Socket client = connect(node, 100 + i)) {
                    assertThat(client.getInputStream().read()).isEqualTo(-1);
                }
                AccessRecord record = node.nextRecord();
                assertThat(record.reason()).isEqualTo("PORTS_EXHAUSTED");
            }
            assertThat(node.clusters.health())
                    .allSatisfy(endpoint -> assertThat(endpoint.health()).hasToString("HEALTHY"));
            // One goes, by a reset, so that its port is free at once; then there is room for one.
            Socket gone = open.removeLast();
            gone.setSoLinger(true, 0);
            gone.close();
            assertThat(node.nextRecord().reason()).isEqualTo("UPSTREAM_RESET");
            try (Socket client = connect(node, 200);
                    Socket accepted = upstream.accept()) {
                accepted.getOutputStream().write("x".getBytes(StandardCharsets.US_ASCII));
                assertThat(client.getInputStream().read()).isEqualTo('x');
            }
            for (Socket socket : open) {
                socket.close();
            }
        }
        System.out.println("\nDONE");
    }

    /** To an address of its own: clients, too, have few ports. */
    private static Socket connect(NodeFixture node, int client) throws Exception {
        var socket = new Socket();
        socket.setSoTimeout(NodeFixture.SOCKET_TIMEOUT_MILLIS);
        socket.connect(new InetSocketAddress("127.0.1." + (client + 1), node.address("l4").port()));
        return socket;
    }

    private static String config(ServerSocket upstream, String sources) {
        return """
        kind: Listener
        name: l4
        spec: { address: "0.0.0.0:0", tcp: { forward: { cluster: c } } }
        ---
        kind: Cluster
        name: c
        spec:
          endpoints: [{ address: "127.0.0.1:%d" }]
          sourceAddresses: [%s]
        """
                .formatted(upstream.getLocalPort(), sources);
    }
}
