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

import java.io.IOException;
import java.net.BindException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

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

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void keepsSessionsWhereTheyAreWhenTheConfigurationChanges(Transport transport)
            throws Exception {
        try (var first = new UdpEcho("1 ");
                var second = new UdpEcho("2 ");
                var node = new NodeFixture(transport)) {
            node.clusters(
                    NodeFixture.cluster("one", first.address()),
                    NodeFixture.cluster("two", second.address()));
            node.applyUdp(new Udp("l4", ANY_PORT, "one"));
            HostPort address = node.address("l4");
            try (var before = new UdpClient(address);
                    var after = new UdpClient(address)) {
                before.send("a");
                assertThat(before.receiveText()).isEqualTo("1 a");
                for (int i = 0; i < 20; i++) {
                    before.send("x" + i);
                    node.applyUdp(new Udp("l4", ANY_PORT, i % 2 == 0 ? "two" : "one"));
                    // Not one is lost over the change.
                    assertThat(before.receiveText()).isEqualTo("1 x" + i);
                }
                node.applyUdp(new Udp("l4", ANY_PORT, "two"));
                assertThat(node.address("l4")).isEqualTo(address);
                after.send("b");
                assertThat(after.receiveText()).isEqualTo("2 b");
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void runsOnWhenTheListenerLeavesAndMayComeBack(Transport transport) throws Exception {
        try (var upstream = new UdpEcho("");
                var node = new NodeFixture(transport)) {
            node.clusters(NodeFixture.cluster("echo", upstream.address()));
            HostPort address = freePort();
            node.applyUdp(new Udp("l4", address.toString(), "echo"));
            try (var client = new UdpClient(address);
                    var late = new UdpClient(address)) {
                assertThat(client.ask("a")).isEqualTo("a");
                node.clusters();
                node.applyUdp();
                assertThat(client.ask("b")).isEqualTo("b");
                assertThat(node.listeners.connections()).isEqualTo(1);
                node.clusters(NodeFixture.cluster("echo", upstream.address()));
                node.applyUdp(new Udp("l4", address.toString(), "echo"));
                assertThat(node.listeners.problems()).isEmpty();
                assertThat(client.ask("c")).isEqualTo("c");
                assertThat(late.ask("d")).isEqualTo("d");
                assertThat(node.listeners.connections()).isEqualTo(2);
                node.applyUdp();
                node.listeners.cut();
                bindsAgain(node, address);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void aDrainLetsSessionsGoOnTakesNobodyNewAndCutsAtItsEnd(Transport transport) throws Exception {
        try (var upstream = new UdpEcho("");
                var node = new NodeFixture(transport)) {
            node.clusters(NodeFixture.cluster("echo", upstream.address()));
            HostPort address = freePort();
            node.applyUdp(new Udp("l4", address.toString(), "echo"));
            try (var client = new UdpClient(address);
                    var late = new UdpClient(address)) {
                assertThat(client.ask("a")).isEqualTo("a");
                CompletableFuture<Void> drained = node.listeners.drain(0, 3_600_000_000_000L);
                takesNobodyNew(node);
                late.send("nobody");
                assertThat(client.ask("b")).isEqualTo("b");
                assertThat(node.listeners.connections()).isEqualTo(1);
                assertThat(drained).isNotDone();
                node.listeners.undrain().get(10, TimeUnit.SECONDS);
                assertThat(client.ask("c")).isEqualTo("c");
                assertThat(late.ask("d")).isEqualTo("d");
                node.listeners.drain(0, 1).get(10, TimeUnit.SECONDS);
                assertThat(node.nextRecord().reason()).isEqualTo("DRAINING");
                bindsAgain(node, address);
            }
        }
    }

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
                assertThat(client.ask("c")).isEqualTo("c");
                assertThat(client.ask("d")).isEqualTo("d");
                assertThat(node.listeners.connections()).isEqualTo(1);
                assertThat(upstream.texts).doesNotContain("late");
                assertThat(node.log).isEmpty();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void goesElsewhereWithWhatAnEndpointRefused(Transport transport) throws Exception {
        try (var upstream = new UdpEcho("");
                var nobody = deaf();
                var node = new NodeFixture(transport)) {
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
                assertThat(upstream.texts.poll(10, TimeUnit.SECONDS)).isEqualTo("line");
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

    private static HostPort freePort() throws IOException {
        try (var socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            return new HostPort("127.0.0.1", socket.getLocalPort());
        }
    }

    /** Until the drain has told every loop, which is some turns of the control loop later. */
    private static void takesNobodyNew(NodeFixture node) throws Exception {
        for (int i = 0; i < 1_000 && !node.listeners.addresses().isEmpty(); i++) {
            node.loops.onEach(loop -> {}).get(10, TimeUnit.SECONDS);
        }
        assertThat(node.listeners.addresses()).isEmpty();
        // They were told before it was published.
        node.loops.onEach(loop -> {}).get(10, TimeUnit.SECONDS);
    }

    /** Until nobody holds the port any more: loops close sockets one task after the other. */
    private static void bindsAgain(NodeFixture node, HostPort address) throws Exception {
        for (int i = 0; i < 1_000; i++) {
            node.loops.onEach(loop -> {}).get(10, TimeUnit.SECONDS);
            try (var socket = new DatagramSocket(null)) {
                socket.bind(new InetSocketAddress(address.host(), address.port()));
                return;
            } catch (BindException e) {
                // Not closed yet.
            }
        }
        throw new AssertionError(address + " is still bound");
    }
}
