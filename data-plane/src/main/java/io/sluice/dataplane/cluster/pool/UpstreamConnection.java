package io.sluice.dataplane.cluster.pool;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.ReferenceCountUtil;
import io.sluice.dataplane.cluster.endpoint.Endpoint;
import io.sluice.dataplane.cluster.endpoint.UpstreamProtocol;
import io.sluice.dataplane.net.EventWrites;
import io.sluice.dataplane.tls.ClientTls;

import org.jspecify.annotations.Nullable;

import java.io.IOException;

/** A connection to an endpoint, lent to one user at a time. Of its loop's thread. */
public final class UpstreamConnection {
    private enum State {
        CONNECTING,
        LENT,
        IDLE,
        /** Out of the pool's hands for good, but still counted as load until it closes. */
        DETACHED,
        CLOSED
    }

    /** Whom the endpoint's load counts. */
    enum Use {
        /** The connection, while it is lent. */
        EXCLUSIVE,
        /** Those who share it, which they see to. */
        SHARED
    }

    private final ConnectionPool pool;
    private Use use;
    private final SocketChannel channel;
    private final UpstreamHandler handler = new UpstreamHandler();
    private final EventWrites writes;
    private State state = State.CONNECTING;
    private @Nullable UpstreamUser user;
    private boolean reused;
    private boolean inputClosed;
    private @Nullable Throwable failure;

    // Owned by the pool while idle: neighbours by age, and since when.
    @Nullable UpstreamConnection newer;
    @Nullable UpstreamConnection older;
    long idleSinceNanos;

    /** What TLS was agreed on by; null for in the clear. */
    @Nullable ClientTls tls;

    /** What was agreed on by ALPN, where that decides; else null. */
    @Nullable UpstreamProtocol agreed;

    UpstreamConnection(ConnectionPool pool, SocketChannel channel, UpstreamUser user, Use use) {
        this.pool = pool;
        this.use = use;
        this.channel = channel;
        this.writes = new EventWrites(channel);
        this.user = user;
        channel.pipeline().addLast(handler);
    }

    /** Where to write; auto-read is on when the connection is lent. */
    public SocketChannel channel() {
        return channel;
    }

    /** How to write to it; dropped when the connection closes. */
    public EventWrites writes() {
        return writes;
    }

    /** Who is at the other end. */
    public Endpoint endpoint() {
        return pool.endpoint();
    }

    /** Whether someone used it before: then its closing may have crossed what was sent. */
    public boolean reused() {
        return reused;
    }

    /**
     * Whether HTTP requests may be sent in that protocol, as far as it was left to the endpoint.
     */
    public boolean speaks(UpstreamProtocol protocol) {
        return agreed == null || agreed == protocol;
    }

    /** Gives back a connection that was made to be shared or ahead, for one user at a time. */
    public void releaseUnshared() {
        assert use == Use.SHARED;
        release();
        use = Use.EXCLUSIVE;
    }

    /** Gives it back in a state in which the next user can begin. */
    public void release() {
        assert state == State.LENT;
        user = null;
        ended();
        if (inputClosed || failure != null || !channel.isActive()) {
            close();
            return;
        }
        if (!channel.config().isAutoRead()) {
            channel.config().setAutoRead(true);
        }
        writes.flush();
        reused = true;
        state = State.IDLE;
        pool.keep(this);
    }

    /** Closes it: nobody can use it any more. */
    public void discard() {
        assert state == State.LENT;
        user = null;
        ended();
        close();
    }

    /**
     * Takes it out of the pool for good. The caller puts its own handler into the channel at once;
     * the endpoint's load counts it until the channel closes.
     */
    public SocketChannel detach() {
        assert state == State.LENT;
        user = null;
        state = State.DETACHED;
        writes.flush();
        channel.pipeline().remove(handler);
        channel.closeFuture().addListener(closed -> ended());
        return channel;
    }

    private void ended() {
        if (use == Use.EXCLUSIVE) {
            pool.ended();
        }
    }

    void connected() {
        lend();
    }

    void lendTo(UpstreamUser next) {
        user = next;
        lend();
    }

    private void lend() {
        state = State.LENT;
        UpstreamUser current = user;
        if (current != null) {
            current.connected(this);
        }
    }

    void connectFailed() {
        state = State.CLOSED;
        user = null;
    }

    void close() {
        state = State.CLOSED;
        writes.drop();
        var _ = channel.close();
    }

    private void dropIdle() {
        pool.dropped(this);
        close();
    }

    // In TLS much is read before there is a connection to lend.
    private @Nullable UpstreamUser lentTo() {
        return state == State.LENT ? user : null;
    }

    private final class UpstreamHandler extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            UpstreamUser current = lentTo();
            if (current != null) {
                current.read((ByteBuf) message);
                return;
            }
            ReferenceCountUtil.release(message);
            if (state == State.IDLE) {
                // Nobody asked: whatever it is, the next user must not take it for an answer.
                dropIdle();
            }
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            UpstreamUser current = lentTo();
            if (current != null) {
                current.readComplete();
            }
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext ctx) {
            UpstreamUser current = lentTo();
            if (current != null) {
                current.writabilityChanged();
            }
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event != ChannelInputShutdownEvent.INSTANCE || failure != null) {
                return;
            }
            inputClosed = true;
            UpstreamUser current = lentTo();
            if (current != null) {
                current.inputClosed();
            } else if (state == State.IDLE) {
                dropIdle();
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            writes.drop();
            if (state == State.IDLE) {
                dropIdle();
                return;
            }
            UpstreamUser current = user;
            if (state == State.LENT && current != null) {
                state = State.CLOSED;
                user = null;
                ended();
                current.closed(failure);
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) throws Exception {
            if (failure == null) {
                failure = cause;
            }
            // With half-closure allowed Netty only shuts the input after a reset.
            var _ = ctx.close();
            if (!(cause instanceof IOException)) {
                // A bug, in a user above or here: let the pipeline's end log it.
                ctx.fireExceptionCaught(cause);
            }
        }
    }
}
