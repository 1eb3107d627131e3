package io.sluice.dataplane.listener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.sluice.dataplane.listener.NodeFixture.Udp;
import io.sluice.dataplane.net.Transport;
import io.sluice.dataplane.telemetry.AccessRecord;
import io.sluice.proto.HostPort;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.Random;

class UdpListenerTest {
    private static final String ANY_PORT = "127.0.0.1:0";

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void relaysBothWaysAndLogsTheSession(Transport transport) throws Exception {
        try (var upstream = new UdpEcho("up ");
                var node = new NodeFixture(transport)) {
            node.clusters(NodeFixture.cluster("echo", upstream.address()));
            node.applyUdp(new Udp("l4", ANY_PORT, "echo"));
            String clientAddress;
            try (var client = new UdpClient(node.address("l4"))) {
                clientAddress = client.address();
                client.send("hello");
                assertThat(client.receiveText()).isEqualTo("up hello");
                client.send("again");
                assertThat(client.receiveText()).isEqualTo("up again");
                assertThat(node.listeners.connections()).isEqualTo(1);
            }
            node.listeners.cut();
            AccessRecord record = node.nextRecord();
            assertThat(record.listener()).isEqualTo("l4");
            assertThat(record.rule()).isEqualTo("listener:l4");
            assertThat(record.cluster()).isEqualTo("echo");
            assertThat(record.endpoint()).isEqualTo(upstream.address());
            assertThat(record.client()).isEqualTo(clientAddress);
            assertThat(record.bytesIn()).isEqualTo(10);
            assertThat(record.bytesOut()).isEqualTo(16);
            assertThat(record.reason()).isEqualTo("DRAINING");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void endsASessionThatIsIdle(Transport transport) throws Exception {
        try (var upstream = new UdpEcho("");
                var node = new NodeFixture(transport)) {
            node.clusters(NodeFixture.cluster("echo", upstream.address()));
            node.applyUdp(new Udp("l4", ANY_PORT, "echo", 50, 1_000, -1));
            try (var client = new UdpClient(node.address("l4"))) {
                assertThat(client.ask("x")).isEqualTo("x");
                AccessRecord record = node.nextRecord();
                assertThat(record.reason()).isEmpty();
                assertThat(record.phase()).isEqualTo("DONE");
                assertThat(client.ask("y")).isEqualTo("y");
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void passesTheLargestDatagram(Transport transport) throws Exception {
        byte[] large = new byte[65_507];
        new Random(1).nextBytes(large);
        try (var upstream = new UdpEcho("");
                var node = new NodeFixture(transport)) {
            node.clusters(NodeFixture.cluster("echo", upstream.address()));
            node.applyUdp(new Udp("l4", ANY_PORT, "echo"));
            try (var client = new UdpClient(node.address("l4"))) {
                client.send(large);
                assertThat(client.receive()).isEqualTo(large);
            }
        }
    }

    // Netty's NIO channel drops them.
    @Test
    void passesDatagramsWithoutAByteAndKeepsWhatIsAroundThem() throws Exception {
        try (var upstream = new UdpEcho("");
                var node = new NodeFixture(Transport.EPOLL)) {
            node.clusters(NodeFixture.cluster("echo", upstream.address()));
            node.applyUdp(new Udp("l4", ANY_PORT, "echo"));
            try (var client = new UdpClient(node.address("l4"))) {
                for (int i = 0; i < 20; i++) {
                    client.send("");
                    client.send("a");
                    client.send("");
                    client.send("b");
                    assertThat(client.receiveText()).isEmpty();
                    assertThat(client.receiveText()).isEqualTo("a");
                    assertThat(client.receiveText()).isEmpty();
                    assertThat(client.receiveText()).isEqualTo("b");
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void answersFromTheAddressThatWasAskedWhereItListensOnAll(Transport transport)
            throws Exception {
        try (var upstream = new UdpEcho("");
                var node = new NodeFixture(transport)) {
            node.clusters(NodeFixture.cluster("echo", upstream.address()));
            node.applyUdp(new Udp("l4", "0.0.0.0:0", "echo"));
            int port = node.address("l4").port();
            for (InetAddress local : LocalAddresses.of(new HostPort("0.0.0.0", 0))) {
                // The client takes replies from there only.
                try (var client = new UdpClient(new HostPort(local.getHostAddress(), port))) {
                    assertThat(client.ask("x")).isEqualTo("x");
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void speaksIpv6OnBothSides(Transport transport) throws Exception {
        assumeThat(LocalAddresses.of(new HostPort("::", 0)))
                .as("addresses of this machine")
                .contains(new HostPort("::1", 0).address().orElseThrow());
        try (var upstream =
                        new UdpEcho(
                                "",
                                new InetSocketAddress(
                                        new HostPort("::1", 0).address().orElseThrow(), 0));
                var node = new NodeFixture(transport)) {
            node.clusters(NodeFixture.cluster("echo", upstream.address()));
            node.applyUdp(new Udp("l4", "[::1]:0", "echo"), new Udp("all", "[::]:0", "echo"));
            try (var client = new UdpClient(node.address("l4"))) {
                assertThat(client.ask("x")).isEqualTo("x");
                // With its headers more than the 65,536 bytes that loopback takes: in fragments.
                byte[] large = new byte[65_527];
                new Random(1).nextBytes(large);
                client.send(large);
                assertThat(client.receive()).isEqualTo(large);
            }
            int port = node.address("all").port();
            for (String address : List.of("::1", "127.0.0.1")) {
                try (var client = new UdpClient(new HostPort(address, port))) {
                    assertThat(client.ask("y")).isEqualTo("y");
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void sharesAPortNumberWithTcpButWithNoOtherProgram(Transport transport) throws Exception {
        try (var upstream = new UdpEcho("");
                var taken = new DatagramSocket(0, InetAddress.getLoopbackAddress());
                var tcp = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                var node = new NodeFixture(transport)) {
            node.clusters(NodeFixture.cluster("echo", upstream.address()));
            String beside = "127.0.0.1:" + tcp.getLocalPort();
            String mine = "127.0.0.1:" + taken.getLocalPort();
            node.applyUdp(new Udp("beside", beside, "echo"), new Udp("taken", mine, "echo"));
            assertThat(node.listeners.problems())
                    .singleElement()
                    .asString()
                    .contains("listener taken: address: " + mine + " is already in use");
            try (var client = new UdpClient(node.address("beside"))) {
                assertThat(client.ask("x")).isEqualTo("x");
            }
        }
    }
}
