package io.sluice.dataplane.listener;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.dataplane.net.Loop;
import io.sluice.dataplane.net.SocketSpec;
import io.sluice.dataplane.net.Transport;
import io.sluice.proto.HostPort;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What of a configuration arrives at the kernel's UDP sockets, as ss shows it. */
class UdpSocketOptionsTest {
    private static final String TUNED = "receiveBuffer: 64KiB, sendBuffer: 32KiB, dscp: 46";

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void bothSidesHaveTheirs(Transport transport) throws Exception {
        SocketStatistics.assumeThere();
        try (var upstream = new UdpEcho("");
                var node = new NodeFixture(transport)) {
            node.configure(
                    config(
                            "127.0.0.1",
                            TUNED,
                            upstream,
                            "receiveBuffer: 32KiB, sendBuffer: 16KiB, dscp: 10"));
            try (var client = new UdpClient(node.address("l4"))) {
                assertThat(client.ask("a")).isEqualTo("a");
                assertThat(listening(node).lines())
                        .isNotEmpty()
                        .allSatisfy(
                                socket ->
                                        assertThat(socket)
                                                .contains("rb131072", "tb65536", "tos:0xb8"));
                assertThat(sessions(upstream).lines())
                        .singleElement()
                        .asString()
                        .contains("rb65536", "tb32768", "tos:0x28");
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void ipv6HasItsOwnMark(Transport transport) throws Exception {
        SocketStatistics.assumeThere();
        try (var upstream =
                        new UdpEcho("", new InetSocketAddress(InetAddress.ofLiteral("::1"), 0));
                var node = new NodeFixture(transport)) {
            node.configure(config("[::1]", "dscp: 46", upstream, "dscp: 10"));
            try (var client = new UdpClient(node.address("l4"))) {
                assertThat(client.ask("a")).isEqualTo("a");
                assertThat(listening(node)).contains("tclass:0xb8");
                assertThat(sessions(upstream)).contains("tclass:0x28");
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void changesHoldAtOnceAndSessionsStayWhereTheyAre(Transport transport) throws Exception {
        SocketStatistics.assumeThere();
        try (var upstream = new UdpEcho("");
                var node = new NodeFixture(transport)) {
            node.configure(config("127.0.0.1", "", upstream, ""));
            HostPort address = node.address("l4");
            String usual = options(listening(node));
            try (var before = new UdpClient(address);
                    var after = new UdpClient(address)) {
                assertThat(before.ask("a")).isEqualTo("a");
                node.configure(config("127.0.0.1", TUNED, upstream, TUNED));
                assertThat(node.address("l4")).isEqualTo(address);
                assertThat(listening(node)).contains("rb131072", "tb65536", "tos:0xb8");
                assertThat(before.ask("b")).isEqualTo("b");
                assertThat(node.listeners.connections()).isEqualTo(1);
                assertThat(sessions(upstream)).doesNotContain("tos:0xb8");
                assertThat(after.ask("c")).isEqualTo("c");
                assertThat(sessions(upstream)).contains("tos:0xb8", "rb131072");
                node.configure(config("127.0.0.1", "", upstream, ""));
                assertThat(options(listening(node))).isEqualTo(usual);
                assertThat(before.ask("d")).isEqualTo("d");
                assertThat(node.listeners.connections()).isEqualTo(2);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void soDoesAnAddressThatIsBoundDuringTheChange(Transport transport) throws Exception {
        SocketStatistics.assumeThere();
        try (var upstream = new UdpEcho("");
                var node = new NodeFixture(transport)) {
            node.configure(config("127.0.0.1", TUNED, upstream, ""));
            Listener listener = node.listeners.all().iterator().next();
            HostPort anyPort = new HostPort("127.0.0.1", 0);
            UdpSocket socket =
                    UdpSocket.bind(
                                    new SocketKey(SocketKind.DATAGRAM, anyPort, "l4"),
                                    SocketSpec.USUAL,
                                    node.loops,
                                    true)
                            .get(60, TimeUnit.SECONDS);
            HostPort later = new HostPort("127.0.0.2", socket.boundAddress().port());
            // As a change does, behind the look that found the address and before it is bound.
            node.whileLoopsStand(
                    () -> {
                        for (Loop loop : node.loops.all()) {
                            loop.execute(() -> socket.serve(loop, listener.on(loop)));
                        }
                        socket.follow(
                                List.of(
                                        anyPort.address().orElseThrow(),
                                        later.address().orElseThrow()));
                    });
            int sockets = 2 * (node.loops.reusePort() ? node.loops.count() : 1);
            String filter = "sport = :" + later.port();
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
            while (SocketStatistics.ofUdp(filter).lines().count() < sockets) {
                assertThat(System.nanoTime()).isLessThan(deadline);
            }
            try (var client = new UdpClient(later)) {
                assertThat(client.ask("a")).isEqualTo("a");
            }
            // What follows the last bind is done in tasks.
            for (int i = 0; i < 2; i++) {
                node.loops.onEach(loop -> {}).get(60, TimeUnit.SECONDS);
            }
            assertThat(SocketStatistics.ofUdp(filter).lines())
                    .hasSize(sockets)
                    .allSatisfy(
                            shown -> assertThat(shown).contains("rb131072", "tb65536", "tos:0xb8"));
            socket.close();
        }
    }

    private static String config(String host, String listener, UdpEcho upstream, String cluster) {
        return """
        kind: Listener
        name: l4
        spec: { address: "%s:0", udp: { forward: { cluster: c } }, socket: { %s } }
        ---
        kind: Cluster
        name: c
        spec: { endpoints: [{ address: "%s" }], socket: { %s } }
        """
                .formatted(host, listener, upstream.address(), cluster);
    }

    private static String listening(NodeFixture node) throws Exception {
        return SocketStatistics.ofUdp("sport = :" + node.address("l4").port());
    }

    private static String sessions(UdpEcho upstream) throws Exception {
        return SocketStatistics.ofUdp(
                "dport = " + upstream.address().substring(upstream.address().lastIndexOf(':')));
    }

    /** Buffers and mark alone, without how full the former are. */
    private static String options(String shown) {
        return shown.replaceAll("(?m)^.*,(rb\\d+),.*,(tb\\d+),.*?( tos:\\S+)?\\s*$", "$1 $2$3");
    }
}
