package io.sluice.dataplane.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.unix.IntegerUnixChannelOption;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

class DatagramSenderTest {
    /** With it the kernel takes no runs (EINVAL), but datagrams as ever. */
    private static final IntegerUnixChannelOption NO_CHECKSUM =
            new IntegerUnixChannelOption("SO_NO_CHECK", 1, 11);

    private static final InetSocketAddress LOOPBACK =
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    private final AtomicInteger lost = new AtomicInteger();
    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true, true);

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void eachPeerGetsItsOwnInOrderAndOfTheirSizes(Transport transport) throws Exception {
        var random = new Random(7);
        try (EventLoops loops = EventLoops.open(transport, 1);
                var one = receiver();
                var two = receiver()) {
            DatagramChannel channel = bound(loops);
            DatagramSender sender = sender(loops, channel);
            for (int turn = 0; turn < 20; turn++) {
                List<byte[]> toOne = new ArrayList<>();
                List<byte[]> toTwo = new ArrayList<>();
                List<Runnable> sends = new ArrayList<>();
                for (int i = 0; i < 40; ) {
                    boolean first = random.nextBoolean();
                    List<byte[]> to = first ? toOne : toTwo;
                    var peer = (InetSocketAddress) (first ? one : two).getLocalSocketAddress();
                    int size = 1 + random.nextInt(500);
                    for (int inARow = random.nextInt(9); inARow >= 0; inARow--, i++) {
                        byte[] bytes = new byte[inARow == 0 ? 1 + random.nextInt(size) : size];
                        random.nextBytes(bytes);
                        to.add(bytes);
                        sends.add(() -> assertThat(send(sender, bytes, peer)).isTrue());
                    }
                }
                inOneTurn(loops, () -> sends.forEach(Runnable::run));
                assertReceives(one, toOne);
                assertReceives(two, toTwo);
            }
            close(loops, channel);
        }
        assertThat(lost).hasValue(0);
        assertThat(allocator.metric().usedDirectMemory()).isZero();
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING"})
    void thoseWithoutAByteStayInTheirPlace(Transport transport) throws Exception {
        try (EventLoops loops = EventLoops.open(transport, 1);
                var receiver = receiver()) {
            DatagramChannel channel = bound(loops);
            DatagramSender sender = sender(loops, channel);
            var peer = (InetSocketAddress) receiver.getLocalSocketAddress();
            List<byte[]> sent = new ArrayList<>();
            for (int size : new int[] {0, 3, 3, 0, 0, 3, 2, 0}) {
                sent.add(new byte[size]);
            }
            inOneTurn(loops, () -> sent.forEach(bytes -> send(sender, bytes, peer)));
            assertReceives(receiver, sent);
            close(loops, channel);
        }
    }

    @Test
    void whatGoesToOnePeerInARowLeavesAsOne() throws Exception {
        assumeRuns();
        try (EventLoops loops = EventLoops.open(Transport.EPOLL, 1);
                var receiver = new DatagramReceiver();
                var other = new DatagramReceiver()) {
            DatagramChannel channel = bound(loops);
            DatagramSender sender = sender(loops, channel);
            inOneTurn(
                    loops,
                    () -> {
                        for (int i = 0; i < 70; i++) {
                            send(sender, new byte[100], receiver.address());
                        }
                        send(sender, new byte[99], receiver.address());
                        send(sender, new byte[99], receiver.address());
                        send(sender, new byte[99], other.address());
                        send(sender, new byte[99], receiver.address());
                    });
            assertThat(receiver.sizes()).containsExactly(6_400, 699, 99, 99);
            assertThat(other.sizes()).containsExactly(99);
            // Half of what may be in one at most, and a turn's end is an end.
            inOneTurn(loops, () -> send(sender, new byte[1_000], receiver.address()));
            inOneTurn(loops, () -> send(sender, new byte[1_000], receiver.address()));
            assertThat(receiver.sizes()).containsExactly(1_000, 1_000);
            close(loops, channel);
        }
        assertThat(allocator.metric().usedDirectMemory()).isZero();
    }

    @Test
    void whereTheKernelTakesNoRunsTheyLeaveOneByOne() throws Exception {
        assumeRuns();
        try (EventLoops loops = EventLoops.open(Transport.EPOLL, 1);
                var receiver = receiver()) {
            DatagramChannel channel = bound(loops);
            channel.config().setOption(NO_CHECKSUM, 1);
            DatagramSender sender = sender(loops, channel);
            var peer = (InetSocketAddress) receiver.getLocalSocketAddress();
            // Runs of several sizes, so that there is one behind another that fails.
            for (int turn = 0; turn < 3; turn++) {
                List<byte[]> sent = new ArrayList<>();
                for (int i = 0; i < 100; i++) {
                    byte[] bytes = new byte[i % 10 == 9 ? 20 : 300 - i / 10];
                    bytes[0] = (byte) i;
                    sent.add(bytes);
                }
                inOneTurn(loops, () -> sent.forEach(bytes -> send(sender, bytes, peer)));
                assertReceives(receiver, sent);
            }
            // What it learned: no more of that size, nor larger.
            channel.config().setOption(NO_CHECKSUM, 0);
            try (var counting = new DatagramReceiver()) {
                inOneTurn(
                        loops,
                        () -> {
                            send(sender, new byte[300], counting.address());
                            send(sender, new byte[300], counting.address());
                            send(sender, new byte[5], counting.address());
                            send(sender, new byte[5], counting.address());
                        });
                assertThat(counting.sizes()).containsExactly(300, 300, 10);
            }
            close(loops, channel);
        }
        assertThat(lost).hasValue(0);
        assertThat(allocator.metric().usedDirectMemory()).isZero();
    }

    private static void assumeRuns() {
        assumeThat(EpollDatagramChannel.isSegmentedDatagramPacketSupported())
                .as("the kernel has UDP_SEGMENT")
                .isTrue();
    }

    private DatagramChannel bound(EventLoops loops) throws Exception {
        Loop loop = loops.at(0);
        DatagramChannel channel = loops.newDatagramChannel(loop, LOOPBACK);
        channel.config().setAutoRead(false);
        channel.config().setAllocator(allocator);
        loop.eventLoop().register(channel).get(60, TimeUnit.SECONDS);
        channel.bind(LOOPBACK).get(60, TimeUnit.SECONDS);
        return channel;
    }

    private DatagramSender sender(EventLoops loops, DatagramChannel channel) {
        return DatagramSender.of(loops.at(0), channel, lost::incrementAndGet);
    }

    private static boolean send(DatagramSender sender, byte[] bytes, InetSocketAddress peer) {
        ByteBuf buffer = Unpooled.directBuffer(bytes.length + 1).writeBytes(bytes);
        try {
            return sender.send(buffer, peer);
        } finally {
            buffer.release();
        }
    }

    /** Returns once all that was sent is with the kernel. */
    private static void inOneTurn(EventLoops loops, Runnable task) throws Exception {
        loops.onEach(loop -> task.run()).get(60, TimeUnit.SECONDS);
        // Behind the flush, which is a task of the same turn.
        loops.onEach(loop -> {}).get(60, TimeUnit.SECONDS);
    }

    private static void close(EventLoops loops, DatagramChannel channel) throws Exception {
        channel.close().get(60, TimeUnit.SECONDS);
        loops.onEach(loop -> {}).get(60, TimeUnit.SECONDS);
    }

    private static DatagramSocket receiver() throws Exception {
        var socket = new DatagramSocket(LOOPBACK);
        socket.setSoTimeout(60_000);
        return socket;
    }

    private static void assertReceives(DatagramSocket receiver, List<byte[]> sent)
            throws Exception {
        for (byte[] bytes : sent) {
            var packet = new DatagramPacket(new byte[65_535], 65_535);
            receiver.receive(packet);
            assertThat(Arrays.copyOf(packet.getData(), packet.getLength())).isEqualTo(bytes);
        }
    }
}
