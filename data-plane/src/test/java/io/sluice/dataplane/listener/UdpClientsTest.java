package io.sluice.dataplane.listener;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.dataplane.net.Transport;
import io.sluice.dataplane.telemetry.AccessRecord;
import io.sluice.proto.HostPort;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Who the clients of a UDP listener are, what they may do, and how endpoints hear of them. */
class UdpClientsTest {
    private static final String CONFIG =
            """
            kind: Listener
            name: l4
            spec:
              address: 127.0.0.1:0
              %s
              udp: { forward: { cluster: echo }, %s }
            ---
            kind: Cluster
            name: echo
            spec: { endpoints: [{ address: "%s" }]%s }
            """;
    private static final String TRUSTING = "proxyProtocol: { from: [127.0.0.1/32] }";
    private static final String SIGNATURE = "\r\n\r\n\0\r\nQUIT\n";

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void takesTheHeadersAddressForTheClient(Transport transport) throws Exception {
        try (var upstream = new UdpEcho("up ");
                var node = new NodeFixture(transport)) {
            node.configure(CONFIG.formatted(TRUSTING, "idleTimeout: 60s", upstream.address(), ""));
            try (var balancer = new UdpClient(node.address("l4"))) {
                // Two clients of one balancer, which sends both from one port.
                for (int i = 0; i < 3; i++) {
                    balancer.send(headed(7, "a" + i));
                    assertThat(balancer.receiveText()).isEqualTo("up a" + i);
                    balancer.send(headed(8, "b" + i));
                    assertThat(balancer.receiveText()).isEqualTo("up b" + i);
                }
                assertThat(node.listeners.connections()).isEqualTo(2);
                // LOCAL: the balancer itself, to see whether somebody is there.
                balancer.send((SIGNATURE + " \0\0\0check").getBytes(StandardCharsets.ISO_8859_1));
                assertThat(balancer.receiveText()).isEqualTo("up check");
                assertThat(node.listeners.connections()).isEqualTo(3);
                // Sessions stay, and their datagrams have headers, when the listener leaves.
                node.configure(
                        CONFIG.formatted(TRUSTING, "idleTimeout: 60s", upstream.address(), "")
                                .split("---\n", 2)[1]);
                balancer.send(headed(7, "late"));
                assertThat(balancer.receiveText()).isEqualTo("up late");
                String own = balancer.address();
                node.listeners.cut();
                assertThat(
                                new String[] {
                                    node.nextRecord().client(),
                                    node.nextRecord().client(),
                                    node.nextRecord().client()
                                })
                        .containsExactlyInAnyOrder("192.0.2.7:4711", "192.0.2.8:4711", own);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void dropsAndCountsWhatHasNoProperHeaderOrComesFromSomebodyElse(Transport transport)
            throws Exception {
        try (var upstream = new UdpEcho("");
                var node = new NodeFixture(transport)) {
            node.configure(CONFIG.formatted(TRUSTING, "idleTimeout: 60s", upstream.address(), ""));
            try (var balancer = new UdpClient(node.address("l4"));
                    var stranger = new UdpClient(node.address("l4"), "127.0.0.2")) {
                balancer.send("no header");
                assertThat(node.nextRecord().reason()).isEqualTo("PROXY_HEADER_MISSING");
                balancer.send("");
                assertThat(node.nextRecord().reason()).isEqualTo("PROXY_HEADER_MISSING");
                balancer.send((SIGNATURE + "!\u0012\0").getBytes(StandardCharsets.ISO_8859_1));
                AccessRecord bad = node.nextRecord();
                assertThat(bad.reason()).isEqualTo("PROXY_HEADER_BAD");
                assertThat(bad.client()).isEqualTo(balancer.address());
                stranger.send(headed(7, "x"));
                assertThat(node.nextRecord().reason()).isEqualTo("PROXY_PEER_UNTRUSTED");
                balancer.send(headed(7, "fine"));
                assertThat(balancer.receiveText()).isEqualTo("fine");
                assertThat(upstream.texts).containsExactly("fine");
                assertThat(node.count("l4", meter -> meter.datagramsDropped)).isEqualTo(4);
                assertThat(node.count("l4", meter -> meter.handshakeFailures)).isEqualTo(3);
                assertThat(node.count("l4", meter -> meter.connectionsDenied)).isEqualTo(1);
                // Not required: the sender speaks for itself. What begins like a header is none.
                node.configure(
                        CONFIG.formatted(
                                "proxyProtocol: { from: [127.0.0.1], required: false }",
                                "idleTimeout: 60s",
                                upstream.address(),
                                ""));
                assertThat(balancer.ask("own")).isEqualTo("own");
                balancer.send((SIGNATURE + "!!").getBytes(StandardCharsets.ISO_8859_1));
                assertThat(node.nextRecord().reason()).isEqualTo("PROXY_HEADER_BAD");
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void tellsEndpointsTheClientWithEachDatagram(Transport transport) throws Exception {
        try (var upstream = new UdpEcho("");
                var node = new NodeFixture(transport)) {
            node.configure(
                    CONFIG.formatted(
                            "", "idleTimeout: 60s", upstream.address(), ", proxyProtocol: v2"));
            try (var client = new UdpClient(node.address("l4"), "127.0.0.9")) {
                client.send("one");
                byte[] first = client.receive();
                client.send("two");
                byte[] second = client.receive();
                client.send("");
                byte[] third = client.receive();
                // The same before each, unique id included, and nothing but it for nothing.
                assertThat(first).startsWith(third).hasSize(third.length + 3);
                assertThat(second).startsWith(third).hasSize(third.length + 3);
                assertThat(new String(first, StandardCharsets.ISO_8859_1))
                        .startsWith(SIGNATURE + "!\u0012")
                        .endsWith("one");
                ByteBuffer addresses = ByteBuffer.wrap(first, 16, 12);
                assertThat(addresses.getInt()).isEqualTo(0x7f000009);
                assertThat(addresses.getInt()).isEqualTo(0x7f000001);
                assertThat("127.0.0.9:" + Short.toUnsignedInt(addresses.getShort()))
                        .isEqualTo(client.address());
                assertThat(Short.toUnsignedInt(addresses.getShort()))
                        .isEqualTo(node.address("l4").port());
            }
        }
    }

    @Test
    void passesOnWhatItWasToldWithItsVectors() throws Exception {
        try (var upstream = new UdpEcho("");
                var node = new NodeFixture(Transport.AUTO)) {
            node.configure(
                    CONFIG.formatted(
                            TRUSTING,
                            "perDatagram: {}",
                            upstream.address(),
                            ", proxyProtocol: v2"));
            try (var balancer = new UdpClient(node.address("l4"))) {
                balancer.send(headed(7, "q"));
                assertThat(new String(balancer.receive(), StandardCharsets.ISO_8859_1))
                        .startsWith(SIGNATURE + "!\u0012")
                        .contains("\u00c0\0\2\7", "\u00e0\0\2me", "\5\0\20", "\3\0\4")
                        .endsWith("q");
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void dropsClientsThatMayNotSend(Transport transport) throws Exception {
        try (var upstream = new UdpEcho("");
                var node = new NodeFixture(transport)) {
            node.configure(
                    CONFIG.formatted(
                            "access: { allow: [127.0.0.0/24], deny: [127.0.0.2] }",
                            "idleTimeout: 60s",
                            upstream.address(),
                            ""));
            try (var fine = new UdpClient(node.address("l4"), "127.0.0.3");
                    var denied = new UdpClient(node.address("l4"), "127.0.0.2");
                    var outside = new UdpClient(node.address("l4"), "127.0.1.3")) {
                denied.send("x");
                assertThat(node.nextRecord().client()).isEqualTo(denied.address());
                denied.send("x");
                assertThat(node.nextRecord().reason()).isEqualTo("ACCESS_DENIED");
                outside.send("x");
                assertThat(node.nextRecord().client()).isEqualTo(outside.address());
                fine.send("y");
                assertThat(fine.receiveText()).isEqualTo("y");
                assertThat(node.count("l4", meter -> meter.connectionsDenied)).isEqualTo(3);
                assertThat(node.count("l4", meter -> meter.datagramsDropped)).isEqualTo(3);
                assertThat(node.listeners.offenders(1).get(60, TimeUnit.SECONDS))
                        .containsExactly(new Offender("l4", "127.0.0.2", 2, 0));
                // The open session stays where its client is denied later.
                node.configure(
                        CONFIG.formatted(
                                "access: { deny: [127.0.0.0/8] }",
                                "idleTimeout: 60s",
                                upstream.address(),
                                ""));
                fine.send("z");
                assertThat(fine.receiveText()).isEqualTo("z");
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void limitsTheSessionsOfANetwork(Transport transport) throws Exception {
        try (var upstream = new UdpEcho("");
                var node = new NodeFixture(transport)) {
            node.configure(
                    CONFIG.formatted(
                            "access: { perClient: { connections: 2, ipv4Prefix: 24 } }",
                            "idleTimeout: 60s",
                            upstream.address(),
                            ""));
            try (var one = new UdpClient(node.address("l4"), "127.0.0.2");
                    var two = new UdpClient(node.address("l4"), "127.0.0.3");
                    var three = new UdpClient(node.address("l4"), "127.0.0.4");
                    var other = new UdpClient(node.address("l4"), "127.0.1.2")) {
                one.send("1");
                assertThat(one.receiveText()).isEqualTo("1");
                two.send("2");
                assertThat(two.receiveText()).isEqualTo("2");
                three.send("3");
                assertThat(node.nextRecord().reason()).isEqualTo("ACCESS_DENIED");
                other.send("4");
                assertThat(other.receiveText()).isEqualTo("4");
                one.send("5");
                assertThat(one.receiveText()).isEqualTo("5");
                // Room again once those are gone.
                node.listeners.cut();
                assertThat(three.ask("6")).isEqualTo("6");
            }
        }
    }

    @Test
    void limitsTheRateOfANetwork() throws Exception {
        try (var upstream = new UdpEcho("");
                var node = new NodeFixture(Transport.AUTO)) {
            node.configure(
                    CONFIG.formatted(
                            "access: { perClientOnNode: { connectionsPerSecond: 1 } }",
                            "perDatagram: { responses: 0 }",
                            upstream.address(),
                            ""));
            try (var client = new UdpClient(node.address("l4"), "127.0.0.5")) {
                // Far more of them than seconds, however slow this runs.
                long deadline = deadline();
                while (node.count("l4", meter -> meter.connectionsDenied) == 0) {
                    for (int i = 0; i < 100; i++) {
                        client.send("q");
                    }
                    assertThat(System.nanoTime()).isLessThan(deadline);
                }
                assertThat(upstream.texts.poll(60, TimeUnit.SECONDS)).isEqualTo("q");
            }
        }
    }

    @Test
    void keepsTheClientsOfOneAddressTogether() throws Exception {
        try (var first = new UdpEcho("1 ");
                var second = new UdpEcho("2 ");
                var node = new NodeFixture(Transport.AUTO)) {
            node.configure(
                    """
                    kind: Listener
                    name: l4
                    spec:
                      address: 127.0.0.1:0
                      udp: { forward: { cluster: echo, sourceAffinity: {} } }
                    ---
                    kind: Cluster
                    name: echo
                    spec: { endpoints: [{ address: "%s" }, { address: "%s" }] }
                    """
                            .formatted(first.address(), second.address()));
            Set<String> all = new HashSet<>();
            for (int host = 1; host < 20; host++) {
                Set<String> answers = new HashSet<>();
                for (int i = 0; i < 4; i++) {
                    try (var client = new UdpClient(node.address("l4"), "127.0.0." + host)) {
                        client.send("x");
                        answers.add(client.receiveText());
                    }
                }
                assertThat(answers).hasSize(1);
                all.addAll(answers);
            }
            assertThat(all).containsExactlyInAnyOrder("1 x", "2 x");
        }
    }

    @Test
    void sendsToThePortThatTheClientSentTo() throws Exception {
        try (var upstream = new UdpEcho("");
                var node = new NodeFixture(Transport.AUTO)) {
            node.configure(
                    """
                    kind: Listener
                    name: l4
                    spec:
                      address: %s
                      udp: { forward: { cluster: echo, samePort: true } }
                    ---
                    kind: Cluster
                    name: echo
                    spec: { endpoints: [{ address: 127.0.0.1:9 }] }
                    """
                            .formatted(upstream.address().replace("127.0.0.1", "127.0.0.2")));
            try (var client = new UdpClient(node.address("l4"))) {
                client.send("x");
                assertThat(client.receiveText()).isEqualTo("x");
            }
        }
    }

    @Test
    void movesASessionFromAnEndpointThatIsFoundUnhealthy() throws Exception {
        try (var first = Checked.open("1 ");
                var second = Checked.open("2 ");
                var node = new NodeFixture(Transport.AUTO)) {
            node.configure(
                    """
                    kind: Listener
                    name: l4
                    spec: { address: 127.0.0.1:0, udp: { forward: { cluster: echo } } }
                    ---
                    kind: Cluster
                    name: echo
                    spec:
                      endpoints: [{ address: "%s" }, { address: "%s" }]
                      healthCheck: { tcp: {}, interval: 100ms, unhealthyAfter: 1 }
                    """
                            .formatted(first.echo.address(), second.echo.address()));
            try (var client = new UdpClient(node.address("l4"))) {
                String reply = client.ask("x");
                (reply.startsWith("1") ? first : second).health.close();
                String moved = reply.startsWith("1") ? "2 y" : "1 y";
                // Its server is there still, and only the checks say that it shall not be used.
                long deadline = deadline();
                while (!client.ask("y").equals(moved)) {
                    assertThat(System.nanoTime()).isLessThan(deadline);
                    assertThat(node.listeners.connections()).isEqualTo(1);
                }
                assertThat(node.listeners.connections()).isEqualTo(1);
                assertThat(node.log).isEmpty();
            }
        }
    }

    private static long deadline() {
        return System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    }

    /** A server, and a socket of TCP of the same port for the checks. */
    private record Checked(UdpEcho echo, ServerSocket health) implements AutoCloseable {
        static Checked open(String prefix) throws IOException {
            while (true) {
                var echo = new UdpEcho(prefix);
                HostPort address = HostPort.parse(echo.address()).orElseThrow();
                InetAddress host = InetAddress.ofLiteral(address.host());
                try {
                    // Nobody waits in accept(), so that it stops listening the moment it closes.
                    return new Checked(echo, new ServerSocket(address.port(), 1_000, host));
                } catch (BindException taken) {
                    echo.close();
                }
            }
        }

        @Override
        public void close() throws IOException {
            echo.close();
            health.close();
        }
    }

    /** A datagram that a balancer sends for 192.0.2.LAST:4711, with one vector of its own. */
    private static byte[] headed(int last, String payload) throws IOException {
        var bytes = new ByteArrayOutputStream();
        bytes.write(SIGNATURE.getBytes(StandardCharsets.ISO_8859_1));
        bytes.write(new byte[] {0x21, 0x12, 0, 17});
        bytes.write(new byte[] {(byte) 192, 0, 2, (byte) last, 10, 0, 0, 1, 0x12, 0x67, 0, 53});
        bytes.write(new byte[] {(byte) 0xe0, 0, 2, 'm', 'e'});
        bytes.write(payload.getBytes(StandardCharsets.US_ASCII));
        return bytes.toByteArray();
    }
}
