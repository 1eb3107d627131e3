package io.sluice.dataplane.net;

import io.netty.channel.socket.DatagramChannel;

import java.net.InetSocketAddress;

/**
 * The kernel's options of a UDP socket.
 *
 * @param sendBufferBytes 0 for what the kernel makes of it
 * @param receiveBufferBytes never 0
 */
public record DatagramTuning(int sendBufferBytes, int receiveBufferBytes, int dscp) {
    /**
     * Those of configured options, which UDP has three of.
     *
     * @param receiveBufferUsual where none is configured; the kernel caps it at net.core.rmem_max
     */
    public static DatagramTuning of(SocketSpec spec, int receiveBufferUsual) {
        return new DatagramTuning(
                spec.sendBufferBytes(),
                spec.receiveBufferBytes() == 0 ? receiveBufferUsual : spec.receiveBufferBytes(),
                spec.dscp());
    }

    /** The same with this size where it has none. */
    public DatagramTuning orSendBuffer(int usualBytes) {
        return sendBufferBytes == 0
                ? new DatagramTuning(usualBytes, receiveBufferBytes, dscp)
                : this;
    }

    /**
     * Sets them, whether it is bound yet or not.
     *
     * @param address of the channel's family
     */
    public void apply(DatagramChannel channel, InetSocketAddress address) {
        SocketTuning.datagrams(channel, address, this);
    }
}
