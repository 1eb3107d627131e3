package io.sluice.dataplane.net;

import io.netty.channel.socket.SocketChannel;

/**
 * Reads of connections whose reader is mostly done with the bytes when the event that brought them
 * ends, as with frames of HTTP/2: they go into the buffer that the loop's large reads share, and
 * take all that the socket has at once. As long as someone still holds that buffer, reads go into
 * buffers of their own, as large as what came before.
 */
public final class ShortLivedReads {
    private ShortLivedReads() {}

    /** Has a connection read so from now on, where its transport knows how to. */
    public static void of(SocketChannel channel) {
        if (channel instanceof TcpChannel tcp) {
            tcp.config().reads().shortLived();
        }
    }
}
