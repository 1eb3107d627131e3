package io.sluice.dataplane.listener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.socket.DatagramChannel;
import io.sluice.dataplane.l4.udp.DownstreamSocket;
import io.sluice.dataplane.listener.NodeFixture.Udp;
import io.sluice.dataplane.net.Arrival;
import io.sluice.dataplane.net.Loop;
import io.sluice.dataplane.net.Transport;
import io.sluice.proto.HostPort;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.net.BindException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** What becomes of UDP sessions when their listener changes, drains and ends. */
class UdpListenerChangeTest {
    private static final String ANY_PORT = "127.0.0.1:0";

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
                node.listeners.undrain().get(60, TimeUnit.SECONDS);
                assertThat(client.ask("c")).isEqualTo("c");
                assertThat(late.ask("d")).isEqualTo("d");
                node.listeners.drain(0, 1).get(60, TimeUnit.SECONDS);
                assertThat(node.nextRecord().reason()).isEqualTo("DRAINING");
                bindsAgain(node, address);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void repliesThatAreLostCountForTheListenerThatLeftToo(Transport transport) throws Exception {
        InetAddress upstreams = InetAddress.ofLiteral("::1");
        assumeThat(LocalAddresses.of(new HostPort("::", 0)))
                .as("addresses of this machine")
                .contains(upstreams);
        // IPv6 takes such a reply and IPv4 does not.
        byte[] large = new byte[65_415];
        String prefix = "-".repeat(100);
        try (var upstream = new UdpEcho(prefix, new InetSocketAddress(upstreams, 0));
                var node = new NodeFixture(transport)) {
            node.clusters(NodeFixture.cluster("echo", upstream.address()));
            node.applyUdp(new Udp("l4", ANY_PORT, "echo"));
            try (var client = new UdpClient(node.address("l4"))) {
                assertThat(client.ask("a")).isEqualTo(prefix + "a");
                client.send(large);
                awaitDropped(node, 1);
                node.applyUdp();
                assertThat(client.ask("b")).isEqualTo(prefix + "b");
                client.send(large);
                awaitDropped(node, 2);
            }
        }
    }

    private static void awaitDropped(NodeFixture node, long count) throws Exception {
        long deadline = deadline();
        while (node.count("l4", meter -> meter.datagramsDropped) < count) {
            assertThat(System.nanoTime()).isLessThan(deadline);
        }
        assertThat(node.count("l4", meter -> meter.datagramsDropped)).isEqualTo(count);
    }

    /** As io_uring may: a socket brings the datagram that it was reading when it was closed. */
    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void noSessionBeginsBehindTheEnd(Transport transport) throws Exception {
        try (var upstream = new UdpEcho("");
                var node = new NodeFixture(transport)) {
            node.clusters(NodeFixture.cluster("echo", upstream.address()));
            node.applyUdp(new Udp("l4", ANY_PORT, "echo"));
            Listener listener = node.listeners.all().iterator().next();
            node.listeners.close();
            Loop loop = node.loops.at(0);
            var any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
            DatagramChannel channel = node.loops.newDatagramChannel(loop, any);
            loop.eventLoop().register(channel).get(60, TimeUnit.SECONDS);
            channel.bind(any).get(60, TimeUnit.SECONDS);
            loop.eventLoop()
                    .submit(() -> receive(listener.on(loop), loop, channel))
                    .get(60, TimeUnit.SECONDS);
            assertThat(node.listeners.connections()).isZero();
            assertThat(listener.connections()).isZero();
            channel.close().get(60, TimeUnit.SECONDS);
        }
    }

    private static void receive(Listener.OnLoop listener, Loop loop, DatagramChannel channel) {
        var socket = new DownstreamSocket(loop, channel, new NoUsage());
        var client = new InetSocketAddress(InetAddress.getLoopbackAddress(), 9);
        ByteBuf datagram = Unpooled.copiedBuffer("late", StandardCharsets.US_ASCII);
        listener.received(socket, client, Arrival.PLAIN, datagram);
        datagram.release();
    }

    private static final class NoUsage implements DownstreamSocket.Usage {
        @Override
        public void begins() {
            throw new AssertionError("a session began");
        }

        @Override
        public void ends() {}

        @Override
        public void sendFailed() {}
    }

    private static HostPort freePort() throws IOException {
        try (var socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            return new HostPort("127.0.0.1", socket.getLocalPort());
        }
    }

    /** Until the drain has told every loop, which is some turns of the control loop later. */
    private static void takesNobodyNew(NodeFixture node) throws Exception {
        long deadline = deadline();
        while (!node.listeners.addresses().isEmpty()) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            node.loops.onEach(loop -> {}).get(60, TimeUnit.SECONDS);
        }
        // They were told before it was published.
        node.loops.onEach(loop -> {}).get(60, TimeUnit.SECONDS);
    }

    /** Until nobody holds the port any more: loops close sockets one task after the other. */
    private static void bindsAgain(NodeFixture node, HostPort address) throws Exception {
        long deadline = deadline();
        while (System.nanoTime() - deadline < 0) {
            node.loops.onEach(loop -> {}).get(60, TimeUnit.SECONDS);
            try (var socket = new DatagramSocket(null)) {
                socket.bind(new InetSocketAddress(address.host(), address.port()));
                return;
            } catch (BindException e) {
                // Not closed yet.
            }
        }
        throw new AssertionError(address + " is still bound");
    }

    private static long deadline() {
        return System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    }
}
