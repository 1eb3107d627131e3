package io.sluice.dataplane.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;

import org.jspecify.annotations.Nullable;

/** The PROXY header with which connections, or datagrams, to an endpoint begin. */
public enum ProxySending {
    NONE,
    V1,
    V2;

    private static final byte[] NOTHING = new byte[0];

    /** What each datagram of a client begins with; nothing in version 1, which knows none. */
    public byte[] datagramHeader(ProxyHeaderWriter.Party party) {
        if (this != V2) {
            return NOTHING;
        }
        ByteBuf header = Unpooled.buffer();
        ProxyHeaderWriter.datagram(header, party);
        return ByteBufUtil.getBytes(header);
    }

    /**
     * Writes it to a connection that was just made.
     *
     * @param party who the connection is for; null where it is the node's own
     */
    public void begin(Channel channel, ProxyHeaderWriter.@Nullable Party party) {
        if (this == NONE) {
            return;
        }
        ByteBuf header = channel.alloc().buffer();
        if (this == V1) {
            ProxyHeaderWriter.version1(header, party);
        } else {
            ProxyHeaderWriter.version2(header, party);
        }
        // Flushed: an upstream that speaks first waits for it.
        var _ = channel.writeAndFlush(header, channel.voidPromise());
    }
}
