package io.sluice.dataplane.listener;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.dataplane.net.Transport;
import io.sluice.proto.IpText;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

class AccessTest {
    private static final String CONFIG =
            """
            kind: Listener
            name: l4
            spec:
              address: 127.0.0.1:0
              access: %s
              tcp: { forward: { cluster: echo } }
            ---
            kind: Cluster
            name: echo
            spec: { endpoints: [{ address: "%s" }] }
            """;

    @Test
    void decidesByTheLongestPrefixOfBothLists() throws Exception {
        try (var upstream = new EchoServer("up");
                var node = new NodeFixture(Transport.AUTO)) {
            node.configure(
                    CONFIG.formatted(
                            "{ allow: [127.0.0.0/16, 127.1.1.1], deny: [127.0.3.0/24, 127.1.1.1] }",
                            upstream.address()));
            assertThat(greeted(node, "127.0.0.9")).isTrue();
            assertThat(greeted(node, "127.0.3.9")).isFalse();
            // In neither list, and in both.
            assertThat(greeted(node, "127.2.0.1")).isFalse();
            assertThat(greeted(node, "127.1.1.1")).isFalse();
            // Once only something is denied, everyone else may.
            node.configure(CONFIG.formatted("{ deny: [127.0.3.0/24] }", upstream.address()));
            assertThat(greeted(node, "127.2.0.1")).isTrue();
            assertThat(greeted(node, "127.0.3.9")).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"close", "reset"})
    void endsRefusedConnectionsAsConfigured(String refusal) throws Exception {
        try (var upstream = new EchoServer("up");
                var node = new NodeFixture(Transport.AUTO)) {
            node.configure(
                    CONFIG.formatted(
                            "{ deny: [127.0.0.0/8], refusal: " + refusal + " }",
                            upstream.address()));
            boolean reset = false;
            // It may be reset before its connect() is over.
            try (Socket client = from(node, "127.0.0.2")) {
                assertThat(client.getInputStream().read()).isEqualTo(-1);
            } catch (SocketException e) {
                assertThat(e).hasMessageContaining("reset");
                reset = true;
            }
            assertThat(reset).isEqualTo(refusal.equals("reset"));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void whoIsGoneBeforeAnybodyAskedWhoItIsGetsNothing(Transport transport) throws Exception {
        try (var upstream = new EchoServer("up");
                var node = new NodeFixture(transport)) {
            node.configure(CONFIG.formatted("{ deny: [127.0.0.2] }", upstream.address()));
            node.whileLoopsStand(
                    () -> {
                        try (Socket client = from(node, "127.0.0.2")) {
                            client.getOutputStream()
                                    .write("hello".getBytes(StandardCharsets.US_ASCII));
                            client.setSoLinger(true, 0);
                        }
                    });
            while (node.count("l4", meter -> meter.connectionsAccepted) == 0
                    || node.count("l4", meter -> meter.connectionsOpen) > 0) {
                Thread.onSpinWait();
            }
            // Behind whatever was passed on.
            assertThat(greeted(node, "127.0.0.3")).isTrue();
            assertThat(upstream.connections).hasValue(1);
        }
    }

    @Test
    void keepsSomeOfTheRefusedWaitingAndResetsTheRest() throws Exception {
        try (var upstream = new EchoServer("up");
                var node = new NodeFixture(Transport.AUTO)) {
            node.configure(
                    CONFIG.formatted(
                            "{ deny: [127.0.0.0/8], refusal: tarpit, tarpitMax: 1, tarpitTime: 1h"
                                    + " }",
                            upstream.address()));
            try (var one = new Socket();
                    var other = new Socket()) {
                CompletableFuture<String> first = endOf(one, node);
                CompletableFuture<String> second = endOf(other, node);
                // Which of the two came first is the loops' to say.
                assertThat(CompletableFuture.anyOf(first, second).get(60, TimeUnit.SECONDS))
                        .isEqualTo("reset");
                assertThat(first.isDone() && second.isDone()).isFalse();
            }
        }
    }

    @Test
    void limitsWhatOneNetworkHasOpen() throws Exception {
        try (var upstream = new EchoServer("up");
                var node = new NodeFixture(Transport.AUTO)) {
            node.configure(
                    CONFIG.formatted(
                            "{ perClient: { connections: 2, ipv4Prefix: 24 } }",
                            upstream.address()));
            try (Socket one = from(node, "127.0.0.2");
                    Socket two = from(node, "127.0.0.3")) {
                assertThat(isGreeted(one)).isTrue();
                assertThat(isGreeted(two)).isTrue();
                assertThat(greeted(node, "127.0.0.4")).isFalse();
                assertThat(greeted(node, "127.0.1.4")).isTrue();
            }
            // Room again once those have gone, which the loops hear of a moment later.
            boolean again = false;
            while (!again) {
                again = greeted(node, "127.0.0.4");
            }
        }
    }

    @Test
    void limitsWhatOneNetworkHasOpenOnAllListeners() throws Exception {
        try (var upstream = new EchoServer("up");
                var node = new NodeFixture(Transport.AUTO)) {
            String config =
                    CONFIG.formatted("{ perClientOnNode: { connections: 2 } }", upstream.address());
            node.configure(config + "---\n" + config.split("---", 2)[0].replace("l4", "other"));
            try (Socket one = from(node, "l4", "127.0.0.2");
                    Socket two = from(node, "other", "127.0.0.2")) {
                assertThat(isGreeted(one)).isTrue();
                assertThat(isGreeted(two)).isTrue();
                assertThat(greeted(node, "127.0.0.2")).isFalse();
                assertThat(greeted(node, "127.0.0.3")).isTrue();
            }
        }
    }

    @Test
    void logsSomeOfThoseRefusedAndCountsAll() throws Exception {
        try (var upstream = new EchoServer("up");
                var node = new NodeFixture(Transport.AUTO)) {
            node.configure(CONFIG.formatted("{ deny: [127.0.0.2] }", upstream.address()));
            int refused = 3 * node.loops.count() * EarlyLog.REFUSALS_PER_SECOND_MAX;
            long startNanos = System.nanoTime();
            for (int i = 0; i < refused; i++) {
                assertThat(greeted(node, "127.0.0.2")).isFalse();
            }
            long seconds = (System.nanoTime() - startNanos) / 1_000_000_000 + 2;
            assertThat(node.count("l4", meter -> meter.connectionsDenied)).isEqualTo(refused);
            assertThat(node.nextRecord().reason()).isEqualTo("ACCESS_DENIED");
            assertThat(node.log.size())
                    .isLessThan(
                            (int) seconds * node.loops.count() * EarlyLog.REFUSALS_PER_SECOND_MAX);
        }
    }

    @Test
    void fillsTheRateAgainAsTimePasses() {
        var table = new ClientTable();
        var limits = new ClientLimitsSpec(0, 10, 32, 64);
        ClientKey key = key("192.0.2.1");
        long second = 1_000_000_000L;
        for (int i = 0; i < 10; i++) {
            assertThat(table.tryOpen(key, limits, 0)).isTrue();
        }
        assertThat(table.tryOpen(key, limits, 0)).isFalse();
        assertThat(table.tryOpen(key, limits, second / 5)).isTrue();
        assertThat(table.tryOpen(key, limits, second / 5)).isTrue();
        assertThat(table.tryOpen(key, limits, second / 5)).isFalse();
        assertThat(table.tryOpen(key("192.0.2.2"), limits, 0)).isTrue();
        assertThat(table.offenders(5))
                .containsExactly(new ClientTable.Offender("192.0.2.1", 2, 12));
    }

    @Test
    void forgetsIdleNetworksAtItsBound() {
        var table = new ClientTable();
        var limits = new ClientLimitsSpec(1, 0, 32, 64);
        for (int i = 0; i < ClientTable.NETWORKS_MAX; i++) {
            ClientKey key = ClientKey.of(ipv4(i), 32, 64);
            assertThat(table.tryOpen(key, limits, 0)).isTrue();
            if (i > 0) {
                table.closed(key);
            }
        }
        assertThat(table.tryOpen(key("192.0.2.1"), limits, 0)).isTrue();
        assertThat(table.untracked()).isZero();
        // The one with something open was not forgotten.
        assertThat(table.tryOpen(ClientKey.of(ipv4(0), 32, 64), limits, 0)).isFalse();
    }

    @Test
    void cutsAddressesToTheirNetwork() {
        assertThat(ClientKey.of(bytes("192.0.2.77"), 24, 64).text()).isEqualTo("192.0.2.0");
        assertThat(ClientKey.of(bytes("::ffff:192.0.2.77"), 30, 64).text()).isEqualTo("192.0.2.76");
        assertThat(ClientKey.of(bytes("2001:db8:1:2:3:4:5:6"), 24, 64).text())
                .isEqualTo("2001:db8:1:2::");
        assertThat(ClientKey.of(bytes("2001:db8:1:2:3:4:5:6"), 24, 127).text())
                .isEqualTo("2001:db8:1:2:3:4:5:6");
        assertThat(ClientKey.of(bytes("2001:db8:1:2:3:4:5:6"), 24, 20).text()).isEqualTo("2001::");
    }

    /** How a connection of 127.0.0.2 ends, which may be before its connect() is over. */
    private static CompletableFuture<String> endOf(Socket client, NodeFixture node) {
        var end = new CompletableFuture<String>();
        Thread.ofVirtual()
                .start(
                        () -> {
                            try {
                                connect(client, node, "l4", "127.0.0.2");
                                end.complete("read " + client.getInputStream().read());
                            } catch (IOException e) {
                                String text = e.toString();
                                end.complete(text.contains("reset") ? "reset" : text);
                            }
                        });
        return end;
    }

    private static ClientKey key(String address) {
        return ClientKey.of(bytes(address), 32, 64);
    }

    private static byte[] bytes(String address) {
        return Objects.requireNonNull(IpText.parse(address));
    }

    private static byte[] ipv4(int number) {
        return new byte[] {10, (byte) (number >> 16), (byte) (number >> 8), (byte) number};
    }

    private static boolean greeted(NodeFixture node, String from) throws IOException {
        try (Socket client = from(node, from)) {
            return isGreeted(client);
        }
    }

    private static boolean isGreeted(Socket client) throws IOException {
        return new String(client.getInputStream().readNBytes(2), StandardCharsets.US_ASCII)
                .equals("up");
    }

    private static Socket from(NodeFixture node, String address) throws IOException {
        return from(node, "l4", address);
    }

    private static Socket from(NodeFixture node, String listener, String address)
            throws IOException {
        var client = new Socket();
        client.setSoTimeout(NodeFixture.SOCKET_TIMEOUT_MILLIS);
        connect(client, node, listener, address);
        return client;
    }

    private static void connect(Socket client, NodeFixture node, String listener, String address)
            throws IOException {
        client.bind(new InetSocketAddress(address, 0));
        client.connect(
                new InetSocketAddress(
                        InetAddress.getLoopbackAddress(), node.address(listener).port()));
    }
}
