package io.sluice.dataplane.listener;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.dataplane.listener.NodeFixture.Udp;
import io.sluice.dataplane.net.Transport;
import io.sluice.dataplane.telemetry.AccessRecord;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.net.DatagramSocket;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Datagrams that are balanced each for itself. */
class UdpPerDatagramTest {
    private static final String ANY_PORT = "127.0.0.1:0";

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void balancesEachDatagramForItself(Transport transport) throws Exception {
        try (var first = new UdpEcho("1 ");
                var second = new UdpEcho("2 ");
                var node = new NodeFixture(transport)) {
            node.clusters(NodeFixture.cluster("dns", first.address(), second.address()));
            node.applyUdp(new Udp("l4", ANY_PORT, "dns", 60_000, 1_000, 1));
            List<String> replies = new ArrayList<>();
            try (var client = new UdpClient(node.address("l4"))) {
                for (int i = 0; i < 8; i++) {
                    client.send("q");
                    replies.add(client.receiveText());
                    AccessRecord record = node.nextRecord();
                    assertThat(record.reason()).isEmpty();
                    assertThat(record.bytesOut()).isEqualTo(3);
                }
                // In turn, but for a turn that begins anew once the cluster is committed.
                assertThat(replies).contains("1 q", "2 q");
                // Several at once, from one port.
                for (int i = 0; i < 10; i++) {
                    client.send("q" + i);
                }
                for (int i = 0; i < 10; i++) {
                    assertThat(client.receiveText()).contains(" q");
                }
                // A reply may be there before the turn is over that ends its exchange.
                node.loops.onEach(loop -> {}).get(60, TimeUnit.SECONDS);
                assertThat(node.listeners.connections()).isZero();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void sendsAndForgetsWhereNoReplyIsExpected(Transport transport) throws Exception {
        try (var upstream = new UdpEcho("");
                var node = new NodeFixture(transport)) {
            node.clusters(NodeFixture.cluster("syslog", upstream.address()));
            node.applyUdp(new Udp("l4", ANY_PORT, "syslog", 60_000, 1_000, 0));
            try (var client = new UdpClient(node.address("l4"))) {
                client.send("line");
                AccessRecord record = node.nextRecord();
                assertThat(record.reason()).isEmpty();
                assertThat(record.bytesIn()).isEqualTo(4);
                assertThat(upstream.texts.poll(60, TimeUnit.SECONDS)).isEqualTo("line");
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void countsAnUnansweredDatagramAsATimeout(Transport transport) throws Exception {
        try (var silent = new DatagramSocket(0, InetAddress.getLoopbackAddress());
                var node = new NodeFixture(transport)) {
            node.clusters(NodeFixture.cluster("dns", "127.0.0.1:" + silent.getLocalPort()));
            node.applyUdp(new Udp("l4", ANY_PORT, "dns", 30, 1_000, 1));
            try (var client = new UdpClient(node.address("l4"))) {
                client.send("q");
                assertThat(node.nextRecord().reason()).isEqualTo("UPSTREAM_TIMEOUT");
            }
        }
    }

    @Test
    void answersDatagramsWithoutAByteWhereEachIsBalanced() throws Exception {
        try (var upstream = new UdpEcho("");
                var node = new NodeFixture(Transport.EPOLL)) {
            node.clusters(NodeFixture.cluster("echo", upstream.address()));
            node.applyUdp(new Udp("l4", ANY_PORT, "echo", 60_000, 1_000, 1));
            try (var client = new UdpClient(node.address("l4"))) {
                for (int i = 0; i < 20; i++) {
                    client.send("");
                    assertThat(client.receiveText()).isEmpty();
                    client.send("a");
                    assertThat(client.receiveText()).isEqualTo("a");
                }
            }
        }
    }
}
