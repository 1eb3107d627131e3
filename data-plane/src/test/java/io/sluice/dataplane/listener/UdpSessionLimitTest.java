package io.sluice.dataplane.listener;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.dataplane.listener.NodeFixture.Udp;
import io.sluice.dataplane.net.Transport;
import io.sluice.dataplane.telemetry.AccessRecord;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A listener of UDP that has as many sessions as it may. */
class UdpSessionLimitTest {
    private static final String ANY_PORT = "127.0.0.1:0";

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void aFloodStaysInsideTheBoundWhileTheOthersAreServed(Transport transport) throws Exception {
        try (var upstream = new UdpEcho("");
                var node = new NodeFixture(transport)) {
            node.clusters(NodeFixture.cluster("echo", upstream.address()));
            node.applyUdp(new Udp("l4", ANY_PORT, "echo", 60_000, 40, -1));
            try (var established = new UdpClient(node.address("l4"))) {
                assertThat(established.ask("a")).isEqualTo("a");
                assertThat(established.ask("b")).isEqualTo("b");
                // Left open, so that no port comes twice.
                List<UdpClient> flood = new ArrayList<>();
                for (int i = 0; i < 300; i++) {
                    var once = new UdpClient(node.address("l4"));
                    flood.add(once);
                    once.send("flood");
                    // One more for each loop that is just trying.
                    assertThat(node.listeners.connections()).isLessThanOrEqualTo(42);
                }
                assertThat(established.ask("c")).isEqualTo("c");
                // A new client finds its place too.
                try (var late = new UdpClient(node.address("l4"))) {
                    assertThat(late.ask("d")).isEqualTo("d");
                }
                flood.forEach(UdpClient::close);
                assertThat(node.nextRecord().reason()).isEqualTo("OVER_LIMIT");
            }
            AccessRecord displaced = node.log.poll();
            while (displaced != null) {
                assertThat(displaced.bytesIn()).isEqualTo(5);
                displaced = node.log.poll();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void aLoopWithoutAPlaceGetsOneOfAnother(Transport transport) throws Exception {
        // Silent, so that no session is ever established.
        try (var upstream = new DatagramSocket(0, InetAddress.getLoopbackAddress());
                var node = new NodeFixture(transport)) {
            upstream.setSoTimeout(200);
            var address = (InetSocketAddress) upstream.getLocalSocketAddress();
            node.clusters(NodeFixture.cluster("silent", UdpClient.text(address)));
            node.applyUdp(new Udp("l4", ANY_PORT, "silent", 60_000, 1, -1));
            for (int i = 0; i < 16; i++) {
                try (var client = new UdpClient(node.address("l4"))) {
                    assertThat(arrives(client, "client-" + i, upstream)).isTrue();
                }
            }
            assertThat(node.listeners.connections()).isEqualTo(1);
        }
    }

    private static boolean arrives(UdpClient client, String text, DatagramSocket upstream)
            throws IOException {
        var packet = new DatagramPacket(new byte[100], 100);
        for (int i = 0; i < 300; i++) {
            client.send(text);
            try {
                do {
                    packet.setLength(100);
                    upstream.receive(packet);
                } while (!text(packet).equals(text));
                return true;
            } catch (SocketTimeoutException e) {
                // Again.
            }
        }
        return false;
    }

    private static String text(DatagramPacket packet) {
        return new String(packet.getData(), 0, packet.getLength(), StandardCharsets.US_ASCII);
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void dropsNewClientsWhereEverySessionIsEstablished(Transport transport) throws Exception {
        try (var upstream = new UdpEcho("");
                var node = new NodeFixture(transport)) {
            node.clusters(NodeFixture.cluster("echo", upstream.address()));
            node.applyUdp(new Udp("l4", ANY_PORT, "echo", 60_000, 1, -1));
            try (var client = new UdpClient(node.address("l4"));
                    var late = new UdpClient(node.address("l4"))) {
                assertThat(client.ask("a")).isEqualTo("a");
                assertThat(client.ask("b")).isEqualTo("b");
                late.send("late");
                long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
                while (node.count("l4", meter -> meter.connectionsRefused) == 0) {
                    assertThat(System.nanoTime()).isLessThan(deadline);
                }
                assertThat(client.ask("c")).isEqualTo("c");
                assertThat(client.ask("d")).isEqualTo("d");
                assertThat(node.listeners.connections()).isEqualTo(1);
                assertThat(upstream.texts).doesNotContain("late");
                assertThat(node.log).isEmpty();
            }
        }
    }
}
