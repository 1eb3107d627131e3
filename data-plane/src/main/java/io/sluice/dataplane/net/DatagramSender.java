package io.sluice.dataplane.net;

import io.netty.buffer.ByteBuf;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.uring.IoUringDatagramChannel;

import java.net.InetSocketAddress;

/** The way out of a bound UDP socket, to many peers. Of the thread of the loop that it is for. */
public interface DatagramSender {
    /** Bytes that may wait where the kernel has no room; what comes then is dropped. */
    int QUEUE_BYTES_MAX = 8 * 1024 * 1024;

    /**
     * Sends a copy, at the end of this turn of the loop at the latest. Those to one peer leave in
     * their order.
     *
     * @return false if it was dropped
     */
    boolean send(ByteBuf datagram, InetSocketAddress peer);

    /**
     * That of a socket.
     *
     * @param channel registered with this loop, or where loops share one socket with another
     * @param lost run on the loop for each datagram that the kernel did not take in the end
     */
    static DatagramSender of(Loop loop, DatagramChannel channel, Runnable lost) {
        if (channel instanceof IoUringDatagramChannel ring) {
            return new RingDatagramSender(ring, lost);
        }
        boolean segments =
                channel instanceof EpollDatagramChannel
                        && EpollDatagramChannel.isSegmentedDatagramPacketSupported();
        return new ChannelDatagramSender(loop, channel, segments, lost);
    }
}
