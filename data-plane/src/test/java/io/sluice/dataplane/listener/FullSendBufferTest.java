package io.sluice.dataplane.listener;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.socket.DatagramChannel;
import io.sluice.dataplane.net.DatagramSender;
import io.sluice.dataplane.net.EventLoops;
import io.sluice.dataplane.net.Loop;
import io.sluice.dataplane.net.Transport;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** More replies at once than the kernel takes, on a way that is slow. */
class FullSendBufferTest {
    private static final int BYTES = 100;

    /** Fit into a receive buffer of any size that is usual, unread. */
    private static final int BURST = 150;

    private static final int BURSTS = 20;

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void nothingIsLostNorSentTwiceNorOutOfOrder(Transport transport) throws Exception {
        Namespace.assumeThere();
        String printed =
                Namespace.script(
                        FullSendBufferTest.class,
                        transport,
                        """
                        tc qdisc add dev lo root tbf rate 10mbit burst 1600 limit 1mb
                        # Two processors may take from the queue of one link in turn, and then what
                        # both deliver is out of order whoever sends.
                        one=$(taskset -cp $$ | sed 's/.*: //; s/[,-].*//')
                        taskset -c $one $PROGRAM $TRANSPORT
                        """);
        assertThat(printed).contains("\nDONE\n");
    }

    /** Alone in a network that is slow. */
    public static void main(String... arguments) throws Exception {
        var lost = new AtomicInteger();
        var loopback = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        try (EventLoops loops = EventLoops.open(Transport.valueOf(arguments[0]), 1);
                var receiver = new DatagramSocket(loopback)) {
            receiver.setSoTimeout(NodeFixture.SOCKET_TIMEOUT_MILLIS);
            var peer = (InetSocketAddress) receiver.getLocalSocketAddress();
            Loop loop = loops.at(0);
            DatagramChannel channel = loops.newDatagramChannel(loop, loopback);
            channel.config().setAutoRead(false);
            channel.config().setSendBufferSize(4_096);
            loop.eventLoop().register(channel).get(60, TimeUnit.SECONDS);
            channel.bind(loopback).get(60, TimeUnit.SECONDS);
            DatagramSender sender = DatagramSender.of(loop, channel, lost::incrementAndGet);
            for (int burst = 0; burst < BURSTS; burst++) {
                int from = burst * BURST;
                loops.onEach(here -> send(sender, from, peer)).get(60, TimeUnit.SECONDS);
                List<Integer> received = new ArrayList<>();
                List<Integer> sent = new ArrayList<>();
                var packet = new DatagramPacket(new byte[1_000], 1_000);
                for (int i = 0; i < BURST; i++) {
                    receiver.receive(packet);
                    received.add(ByteBuffer.wrap(packet.getData()).getInt());
                    sent.add(from + i);
                }
                assertThat(received).isEqualTo(sent);
            }
            assertThat(lost).hasValue(0);
            channel.close().get(60, TimeUnit.SECONDS);
        }
        System.out.println("\nDONE");
    }

    private static void send(DatagramSender sender, int from, InetSocketAddress peer) {
        ByteBuf datagram = Unpooled.directBuffer(BYTES);
        for (int i = 0; i < BURST; i++) {
            // Of two sizes, so that there are runs and single ones.
            datagram.clear().writeInt(from + i).writeZero(i % 16 == 0 ? 10 : BYTES - 4);
            assertThat(sender.send(datagram, peer)).isTrue();
        }
        datagram.release();
    }
}
