package io.sluice.dataplane.listener;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.dataplane.net.Transport;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.HashSet;
import java.util.Set;

/** Limits as configured; that it takes as long as it has to at least holds on any machine. */
class UdpBandwidthTest {
    private static final int BYTES = 1_000;

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void whatASessionSendsBeyondItsLimitComesLater(Transport transport) throws Exception {
        // 40 of 1,000 bytes, of which 20,000 may pass at once: 20,000 at 50,000 a second.
        assertThat(millisFor(transport, "connection: {upstream: 50000B, burst: 20000B}", ""))
                .isGreaterThan(360);
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void soDoWhatAListenersSessionsAreSent(Transport transport) throws Exception {
        assertThat(millisFor(transport, "listener: {downstream: 50000B, burst: 20000B}", ""))
                .isGreaterThan(300);
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void andWhereEachDatagramIsBalanced(Transport transport) throws Exception {
        assertThat(
                        millisFor(
                                transport,
                                "listener: {upstream: 50000B, burst: 20000B}",
                                "perDatagram: {}, idleTimeout: 60s, "))
                .isGreaterThan(300);
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void whatFindsNoRoomIsDroppedAndCounted(Transport transport) throws Exception {
        try (var upstream = new UdpEcho("");
                var node = new NodeFixture(transport)) {
            node.configure(config("connection: {upstream: 1KiB, burst: 1KiB}", "", upstream));
            try (var client = new UdpClient(node.address("l4"))) {
                assertThat(client.ask("a")).isEqualTo("a");
                byte[] large = new byte[50_000];
                for (int i = 0; i < 10; i++) {
                    client.send(large);
                    client.send("x");
                }
                // One may pass, and then 5 of these wait at most, with small ones between.
                while (node.count("l4", meter -> meter.datagramsDropped) < 4) {
                    client.send(large);
                }
                node.listeners.cut();
                assertThat(node.nextRecord().reason()).isEqualTo("DRAINING");
                // Those that waited are gone with their session.
                assertThat(node.count("l4", meter -> meter.datagramsDropped)).isGreaterThan(9);
            }
        }
    }

    private static long millisFor(Transport transport, String bandwidth, String udp)
            throws Exception {
        try (var upstream = new UdpEcho("");
                var node = new NodeFixture(transport)) {
            node.configure(config(bandwidth, udp, upstream));
            try (var client = new UdpClient(node.address("l4"))) {
                long begin = System.nanoTime();
                byte[] datagram = new byte[BYTES];
                for (int i = 0; i < 40; i++) {
                    datagram[0] = (byte) i;
                    client.send(datagram);
                }
                Set<Byte> received = new HashSet<>();
                for (int i = 0; i < 40; i++) {
                    received.add(client.receive()[0]);
                }
                assertThat(received).hasSize(40);
                assertThat(node.count("l4", meter -> meter.datagramsDropped)).isZero();
                return (System.nanoTime() - begin) / 1_000_000;
            }
        }
    }

    private static String config(String bandwidth, String udp, UdpEcho upstream) {
        return """
        kind: Listener
        name: l4
        spec:
          address: "127.0.0.1:0"
          bandwidth: { %s }
          udp: { %s forward: { cluster: c } }
        ---
        kind: Cluster
        name: c
        spec: { endpoints: [{ address: "%s" }] }
        """
                .formatted(bandwidth, udp, upstream.address());
    }
}
