package io.sluice.dataplane.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.ReferenceCountUtil;

/**
 * Closes a connection so that the client gets what was written to it: ends our side, then reads and
 * drops until the client ends its own. A plain close with bytes unread would be a reset, which
 * takes the last reply with it (RFC 9112 section 9.6).
 */
public final class LingeringClose extends ChannelInboundHandlerAdapter {
    /** How long the client has to take what is still being written. */
    public static final long FLUSH_NANOS = 30_000_000_000L;

    /** How long the client has to end its side from then on. */
    public static final long WAIT_NANOS = 2_000_000_000L;

    /** How much of it is read and dropped. */
    public static final int BYTES_MAX = 1024 * 1024;

    private final DuplexChannel channel;
    private final Timer timer;
    private final boolean waits;
    private int bytesLeft = BYTES_MAX;

    private LingeringClose(Loop loop, DuplexChannel channel, boolean waits) {
        this.channel = channel;
        this.waits = waits;
        this.timer = loop.newTimer(this::closeNow);
    }

    /**
     * Starts it behind everything written; the caller's own handlers are out of the channel. On its
     * loop.
     */
    public static void start(Loop loop, DuplexChannel channel) {
        start(loop, channel, true);
    }

    /** As {@link #start}, but closes as soon as all is written: nothing of the client's is due. */
    public static void afterWrites(Loop loop, DuplexChannel channel) {
        if (nothingWaits(channel)) {
            var _ = channel.close();
            return;
        }
        start(loop, channel, false);
    }

    private static void start(Loop loop, DuplexChannel channel, boolean waits) {
        if (!channel.isActive()) {
            var _ = channel.close();
            return;
        }
        var closing = new LingeringClose(loop, channel, waits);
        closing.timer.arm(FLUSH_NANOS);
        channel.pipeline().addLast(closing);
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(flushed -> closing.flushed());
        if (ConnectionEnd.inputEnded(channel)) {
            closing.finish();
            return;
        }
        channel.config().setAutoRead(true);
    }

    /** Whether the kernel has all that was written; behind more than one handler nobody knows. */
    @SuppressWarnings("ReferenceEquality") // The same handler, not an equal one.
    private static boolean nothingWaits(DuplexChannel channel) {
        ChannelOutboundBuffer unwritten = channel.unsafe().outboundBuffer();
        return channel.pipeline().first() == channel.pipeline().last()
                && unwritten != null
                && unwritten.isEmpty();
    }

    private void flushed() {
        if (!waits) {
            closeNow();
        } else if (channel.isActive()) {
            var _ = ConnectionEnd.endOutput(channel);
            timer.arm(WAIT_NANOS);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        bytesLeft -= ((ByteBuf) message).readableBytes();
        ReferenceCountUtil.release(message);
        if (bytesLeft < 0) {
            finish();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE) {
            finish();
        }
    }

    private void closeNow() {
        var _ = channel.close();
    }

    private void finish() {
        // Behind what is still being written.
        var _ = channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(flushed -> closeNow());
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        timer.cancel();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        var _ = ctx.close();
    }
}
