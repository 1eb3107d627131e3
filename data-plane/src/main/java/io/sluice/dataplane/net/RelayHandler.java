package io.sluice.dataplane.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.ReferenceCountUtil;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;

/** One side of a relay as a handler of its channel, for every transport and behind TLS. */
final class RelayHandler extends ChannelInboundHandlerAdapter implements RelaySide {
    private static final Logger log = LoggerFactory.getLogger(RelayHandler.class);

    private final Relay relay;
    private final DuplexChannel channel;
    private final DuplexChannel peer;
    private final Failure whenBroken;
    private @Nullable RelayHandler peerHandler;
    private boolean written;
    private boolean inputClosed;
    private boolean outputShut;

    RelayHandler(Relay relay, DuplexChannel channel, DuplexChannel peer, Failure whenBroken) {
        this.relay = relay;
        this.channel = channel;
        this.peer = peer;
        this.whenBroken = whenBroken;
    }

    void towards(RelayHandler other) {
        peerHandler = other;
        channel.pipeline().addLast(this);
    }

    @Override
    public DuplexChannel channel() {
        return channel;
    }

    @Override
    public boolean ended() {
        return inputClosed && outputShut;
    }

    @Override
    public long heldBytes() {
        ChannelOutboundBuffer unwritten = peer.unsafe().outboundBuffer();
        return unwritten == null ? 0 : unwritten.totalPendingWriteBytes();
    }

    @Override
    public boolean paused() {
        return !channel.config().isAutoRead();
    }

    @Override
    public void stop() {
        // The channels release what they did not write.
    }

    @Override
    public void passEarly(@Nullable ByteBuf early) {
        if (early == null) {
            return;
        }
        if (!early.isReadable()) {
            early.release();
            return;
        }
        relay.passed(this, early.readableBytes());
        var _ = peer.writeAndFlush(early, peer.voidPromise());
    }

    @Override
    public void begin() {
        if (relay.over()) {
            return;
        }
        if (!channel.isActive()) {
            // It went while nobody looked: its event is past.
            relay.broke(whenBroken);
            return;
        }
        if (ConnectionEnd.inputEnded(channel)) {
            inputEnded();
        }
        if (peer.isWritable() && !channel.config().isAutoRead()) {
            channel.config().setAutoRead(true);
        } else if (!peer.isWritable()) {
            channel.config().setAutoRead(false);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (relay.over()) {
            ReferenceCountUtil.release(message);
            return;
        }
        ByteBuf bytes = (ByteBuf) message;
        relay.passed(this, bytes.readableBytes());
        var _ = peer.write(bytes, peer.voidPromise());
        written = true;
        if (peer.isWritable()) {
            return;
        }
        // Over the mark: see what the kernel takes; if that is not enough, read no more.
        flush();
        if (!peer.isWritable()) {
            channel.config().setAutoRead(false);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (written) {
            flush();
        }
    }

    private void flush() {
        written = false;
        peer.flush();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (channel.isWritable() && !relay.over()) {
            peer.config().setAutoRead(true);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE) {
            inputEnded();
        }
    }

    private void inputEnded() {
        if (inputClosed || relay.over()) {
            return;
        }
        inputClosed = true;
        // Only behind what is still queued: shutting the output drops that.
        peer.writeAndFlush(Unpooled.EMPTY_BUFFER)
                .addListener(
                        flushed -> {
                            if (flushed.isSuccess()) {
                                ConnectionEnd.endOutput(peer).addListener(done -> peerOutputShut());
                            }
                        });
    }

    private void peerOutputShut() {
        RelayHandler other = peerHandler;
        if (other != null) {
            other.outputShut = true;
            relay.sideEnded();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (ended()) {
            relay.sideEnded();
            return;
        }
        relay.broke(whenBroken);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof IOException) {
            relay.broke(whenBroken);
            return;
        }
        log.error("event=relay-failed", cause);
        relay.cut(Failure.INTERNAL);
    }
}
