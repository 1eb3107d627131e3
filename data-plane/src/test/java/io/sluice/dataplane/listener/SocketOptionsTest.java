package io.sluice.dataplane.listener;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.dataplane.net.Transport;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.net.Socket;

/** What of a configuration arrives at the kernel, as ss shows it. */
class SocketOptionsTest {
    private static final String TIMES = "keepAlive: {idle: 500s, interval: 20s, count: 3}";

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING"})
    void bothSidesHaveTheirs(Transport transport) throws Exception {
        SocketStatistics.assumeThere();
        try (var upstream = new EchoServer("up ");
                var node = new NodeFixture(transport)) {
            node.configure(
                    config(
                            upstream,
                            "congestionControl: reno, receiveBuffer: 64KiB, dscp: 46, " + TIMES,
                            "congestionControl: reno, sendBuffer: 32KiB, dscp: 10, "
                                    + "keepAlive: {enabled: false}"));
            try (Socket client = connected(node)) {
                assertThat(accepted(client))
                        .contains(" reno ", "rb131072", "tos:0xb8")
                        .contains("timer:(keepalive,");
                assertThat(connected(upstream))
                        .contains(" reno ", "tb65536", "tos:0x28")
                        .doesNotContain("keepalive");
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"NIO"})
    void nioSetsWhatItCan(Transport transport) throws Exception {
        SocketStatistics.assumeThere();
        try (var upstream = new EchoServer("up ");
                var node = new NodeFixture(transport)) {
            String options = "receiveBuffer: 64KiB, sendBuffer: 32KiB, dscp: 46, " + TIMES;
            node.configure(config(upstream, options, options));
            try (Socket client = connected(node)) {
                assertThat(accepted(client))
                        .contains("rb131072", "tb65536", "tos:0xb8", "timer:(keepalive,");
                assertThat(connected(upstream))
                        .contains("rb131072", "tb65536", "tos:0xb8", "timer:(keepalive,");
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void changedOptionsHoldForNewConnectionsAndNobodyIsCut(Transport transport) throws Exception {
        SocketStatistics.assumeThere();
        try (var upstream = new EchoServer("up ");
                var node = new NodeFixture(transport)) {
            node.configure(config(upstream, "receiveBuffer: 64KiB", ""));
            try (Socket before = connected(node)) {
                String address = node.address("l4").toString();
                node.configure(config(upstream, "receiveBuffer: 128KiB", ""));
                assertThat(node.address("l4")).hasToString(address);
                assertThat(node.listeners.problems()).isEmpty();
                try (Socket after = connected(node)) {
                    assertThat(accepted(before)).contains("rb131072");
                    assertThat(accepted(after)).contains("rb262144");
                }
                before.getOutputStream().write('x');
                assertThat(before.getInputStream().read()).isEqualTo('x');
                node.configure(config(upstream, "", ""));
                try (Socket usual = connected(node)) {
                    assertThat(accepted(usual)).doesNotContain("rb262144");
                }
            }
        }
    }

    private static String config(EchoServer upstream, String listener, String cluster) {
        return """
        kind: Listener
        name: l4
        spec: { address: "127.0.0.1:0", tcp: { forward: { cluster: c } }, socket: { %s } }
        ---
        kind: Cluster
        name: c
        spec: { endpoints: [{ address: "%s" }], socket: { %s } }
        """
                .formatted(listener, upstream.address(), cluster);
    }

    /** A client whose connection went all the way. */
    private static Socket connected(NodeFixture node) throws IOException {
        Socket client = node.connect("l4");
        assertThat(client.getInputStream().readNBytes(3)).asString().isEqualTo("up ");
        return client;
    }

    private static String accepted(Socket client) throws Exception {
        return SocketStatistics.ofTcp(
                "sport = :" + client.getPort(), "dport = :" + client.getLocalPort());
    }

    private static String connected(EchoServer upstream) throws Exception {
        String port = upstream.address().substring(upstream.address().indexOf(':'));
        return SocketStatistics.ofTcp("dport = " + port);
    }
}
