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
    private final @Nullable Shaper shaper;
    private final @Nullable Gathering gathering;
    private final Failure whenBroken;
    private final Runnable goOn = this::readOn;
    private @Nullable RelayHandler peerHandler;
    private boolean written;
    private int readBytes;
    private boolean inputClosed;
    private boolean outputShut;

    /**
     * @param shaper of what is read here; null for no limit
     * @param coalescing of what is read here; null for none
     */
    RelayHandler(
            Relay relay,
            DuplexChannel channel,
            DuplexChannel peer,
            @Nullable Shaper shaper,
            @Nullable Coalescing coalescing,
            Failure whenBroken) {
        this.shaper = shaper;
        this.gathering =
                coalescing == null
                        ? null
                        : new Gathering(coalescing, channel.eventLoop(), this::flush);
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
        if (gathering != null) {
            gathering.passed();
        }
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
        passed(early.readableBytes());
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
        if (peer.isWritable() && !shaped() && !channel.config().isAutoRead()) {
            channel.config().setAutoRead(true);
        } else if (!peer.isWritable()) {
            channel.config().setAutoRead(false);
        }
    }

    /** Whether nothing may pass for now; then it is gone on with later. */
    private boolean shaped() {
        if (shaper == null || shaper.allowance() > 0) {
            return false;
        }
        channel.config().setAutoRead(false);
        shaper.await(goOn);
        return true;
    }

    private void readOn() {
        if (!relay.over() && peer.isWritable() && !shaped()) {
            channel.config().setAutoRead(true);
        }
    }

    private void passed(int bytes) {
        relay.passed(this, bytes);
        if (shaper != null) {
            shaper.passed(bytes);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (relay.over()) {
            ReferenceCountUtil.release(message);
            return;
        }
        ByteBuf bytes = (ByteBuf) message;
        readBytes += bytes.readableBytes();
        passed(bytes.readableBytes());
        var _ = peer.write(bytes, peer.voidPromise());
        written = true;
        // What was read is passed on; what may not be yet is not read.
        boolean shaped = shaped();
        if (peer.isWritable()) {
            return;
        }
        // Over the mark: see what the kernel takes; if that is not enough, read no more.
        flush();
        if (!shaped && !peer.isWritable()) {
            channel.config().setAutoRead(false);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        int bytes = readBytes;
        readBytes = 0;
        if (written && (gathering == null || !gathering.holds(bytes))) {
            flush();
        }
    }

    private void flush() {
        if (gathering != null) {
            gathering.passed();
        }
        written = false;
        peer.flush();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        RelayHandler other = peerHandler;
        if (channel.isWritable() && other != null) {
            other.readOn();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE) {
            inputEnded();
        } else if (event == PeerReset.INSTANCE && !peer.isWritable()) {
            // It will not be read before the peer takes what is held, which may be never.
            relay.broke(whenBroken);
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
