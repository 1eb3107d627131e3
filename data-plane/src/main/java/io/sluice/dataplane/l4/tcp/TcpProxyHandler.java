package io.sluice.dataplane.l4.tcp;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;

/**
 * The client's side of an L4 connection until the relay takes over. Auto-read is off, so bytes come
 * only where the client has ended its side already, and then one read at most.
 */
final class TcpProxyHandler extends ChannelInboundHandlerAdapter {
    private static final Logger log = LoggerFactory.getLogger(TcpProxyHandler.class);

    private final TcpConnection connection;
    private @Nullable ByteBuf early;

    TcpProxyHandler(TcpConnection connection) {
        this.connection = connection;
    }

    /** What the client sent so far; the caller releases it. */
    @Nullable ByteBuf takeEarly() {
        ByteBuf taken = early;
        early = null;
        return taken;
    }

    void dropEarly() {
        ByteBuf dropped = takeEarly();
        if (dropped != null) {
            dropped.release();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        ByteBuf before = early;
        early =
                before == null
                        ? bytes
                        : ctx.alloc().compositeBuffer(2).addComponents(true, before, bytes);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        dropEarly();
        connection.clientClosed();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (!(cause instanceof IOException)) {
            log.error("event=connection-failed", cause);
        }
        var _ = ctx.close();
    }
}
