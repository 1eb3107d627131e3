package io.sluice.dataplane.listener;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.dataplane.listener.NodeFixture.Udp;
import io.sluice.dataplane.net.Transport;
import io.sluice.dataplane.telemetry.AccessRecord;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Endpoints of UDP where nobody is. */
class UdpUnreachableTest {
    private static final String ANY_PORT = "127.0.0.1:0";

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void goesElsewhereWithWhatAnEndpointRefused(Transport transport) throws Exception {
        // It stands still: an endpoint is remembered for so long only.
        long now = System.nanoTime();
        try (var upstream = new UdpEcho("");
                var nobody = deaf();
                var node = new NodeFixture(transport, InetAddress::getAllByName, () -> now)) {
            node.clusters(NodeFixture.cluster("echo", address(nobody), upstream.address()));
            node.applyUdp(new Udp("l4", ANY_PORT, "echo"));
            for (int i = 0; i < 8; i++) {
                try (var client = new UdpClient(node.address("l4"))) {
                    // Sent once: the node itself takes it to the other endpoint.
                    client.send("x" + i);
                    assertThat(client.receiveText()).isEqualTo("x" + i);
                }
            }
            node.listeners.cut();
            List<Integer> attempts = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                AccessRecord record = node.nextRecord();
                assertThat(record.endpoint()).isEqualTo(upstream.address());
                attempts.add(record.attempts());
            }
            // Each loop found out once at most, and remembered.
            assertThat(attempts).filteredOn(count -> count > 1).hasSizeBetween(1, 2);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void whatWentElsewhereDoesNotCountAsDropped(Transport transport) throws Exception {
        var clock = new MovingClock();
        try (var upstream = new UdpEcho("");
                var nobody = deaf();
                var node = new NodeFixture(transport, InetAddress::getAllByName, clock)) {
            node.clusters(NodeFixture.cluster("echo", address(nobody), upstream.address()));
            node.applyUdp(new Udp("l4", ANY_PORT, "echo", 3_600_000, 1_000, -1));
            for (int i = 0; i < 8; i++) {
                try (var client = new UdpClient(node.address("l4"))) {
                    // The second waits for more of its size, and when the third, which is larger,
                    // makes it leave, it is told that nobody takes the first.
                    node.whileLoopsStand(
                            () -> {
                                client.send("1");
                                client.send("2");
                                client.send("33");
                            });
                    assertThat(
                                    List.of(
                                            client.receiveText(),
                                            client.receiveText(),
                                            client.receiveText()))
                            .containsExactlyInAnyOrder("1", "2", "33");
                }
                // Whoever is avoided is tried again by then.
                clock.pass(Duration.ofMinutes(1));
            }
            node.listeners.cut();
            List<Integer> attempts = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                attempts.add(node.nextRecord().attempts());
            }
            assertThat(attempts).contains(2);
            assertThat(node.count("l4", meter -> meter.datagramsDropped)).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void saysWhenNobodyIsThere(Transport transport) throws Exception {
        try (var nobody = deaf();
                var node = new NodeFixture(transport)) {
            node.clusters(
                    NodeFixture.cluster("gone", address(nobody)), NodeFixture.cluster("empty"));
            node.applyUdp(
                    new Udp("refused", ANY_PORT, "gone"), new Udp("nobody", ANY_PORT, "empty"));
            try (var client = new UdpClient(node.address("refused"))) {
                client.send("x");
                AccessRecord record = node.nextRecord();
                assertThat(record.reason()).isEqualTo("CONNECT_FAILED");
                assertThat(record.attempts()).isEqualTo(1);
            }
            try (var client = new UdpClient(node.address("nobody"))) {
                client.send("x");
                AccessRecord record = node.nextRecord();
                assertThat(record.reason()).isEqualTo("NO_HEALTHY_ENDPOINT");
                assertThat(record.phase()).isEqualTo("PICK");
            }
        }
    }

    /**
     * Keeps a port that answers with ICMP errors as if nobody had it: a connected socket takes
     * nothing from anyone else.
     */
    private static DatagramSocket deaf() throws IOException {
        var socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        socket.connect(InetAddress.getLoopbackAddress(), 9);
        return socket;
    }

    private static String address(DatagramSocket socket) {
        return UdpClient.text((InetSocketAddress) socket.getLocalSocketAddress());
    }
}
