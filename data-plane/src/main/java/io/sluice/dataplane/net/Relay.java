package io.sluice.dataplane.net;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.socket.DuplexChannel;

import org.jspecify.annotations.Nullable;

/**
 * Passes bytes between two sockets of one loop until both sides have ended: L4 connections and
 * upgraded HTTP connections. Of its loop's thread.
 *
 * <p>A side that does not take its bytes stops the reading of the other, so at most the socket's
 * write-buffer high-water mark and one read are held each way, or what a pipe holds. An end of
 * input is passed on as such, a reset as a reset.
 *
 * <p>On epoll two sockets without handlers of their own are relayed past their channels; whatever
 * else by a handler in each.
 */
public final class Relay {
    /** What is told about a relay; called on its loop. */
    public interface Observer {
        /** These bytes from the client were read and are on their way. */
        void sentUpstream(int bytes);

        /** These bytes from the upstream were read and are on their way. */
        void sentDownstream(int bytes);

        /**
         * It is over and both sockets are closed; called once.
         *
         * @param failure null where both sides ended in order
         */
        void ended(@Nullable Failure failure);
    }

    private final Observer observer;
    private final Timer idleTimer;
    private final long idleTimeoutNanos;
    private final RelaySide downstream;
    private final RelaySide upstream;
    private final @Nullable Shaping shaping;
    private boolean over;

    private Relay(
            Loop loop,
            DuplexChannel downstream,
            DuplexChannel upstream,
            RelayOptions options,
            Observer observer) {
        this.observer = observer;
        this.shaping = options.shaping();
        Shaper towardsUpstream = shaping == null ? null : shaping.upstream;
        Shaper towardsDownstream = shaping == null ? null : shaping.downstream;
        this.idleTimeoutNanos = options.idleTimeoutNanos();
        this.idleTimer = loop.newTimer(this::idleTooLong);
        if (downstream instanceof TcpChannel downstreamSocket
                && upstream instanceof TcpChannel upstreamSocket
                && downstreamSocket.mayBeTakenOver()
                && upstreamSocket.mayBeTakenOver()) {
            var down =
                    new DirectSide(
                            this,
                            loop,
                            downstreamSocket,
                            towardsUpstream,
                            options.coalescing(),
                            Failure.DOWNSTREAM_CLOSED);
            var up =
                    new DirectSide(
                            this,
                            loop,
                            upstreamSocket,
                            towardsDownstream,
                            null,
                            Failure.UPSTREAM_RESET);
            down.towards(up);
            up.towards(down);
            this.downstream = down;
            this.upstream = up;
            return;
        }
        var down =
                new RelayHandler(
                        this,
                        downstream,
                        upstream,
                        towardsUpstream,
                        options.coalescing(),
                        Failure.DOWNSTREAM_CLOSED);
        var up =
                new RelayHandler(
                        this,
                        upstream,
                        downstream,
                        towardsDownstream,
                        null,
                        Failure.UPSTREAM_RESET);
        down.towards(up);
        up.towards(down);
        this.downstream = down;
        this.upstream = up;
    }

    /**
     * Takes over two connected sockets whose other handlers are gone, and starts reading both.
     *
     * @param earlyUpstream bytes that the client sent already; released here; null for none
     * @param earlyDownstream the same from the upstream
     * @param idleTimeoutNanos without a byte either way; {@link Timer#NEVER} for none
     */
    public static Relay start(
            Loop loop,
            DuplexChannel downstream,
            DuplexChannel upstream,
            @Nullable ByteBuf earlyUpstream,
            @Nullable ByteBuf earlyDownstream,
            long idleTimeoutNanos,
            Observer observer) {
        return start(
                loop,
                downstream,
                upstream,
                earlyUpstream,
                earlyDownstream,
                new RelayOptions(idleTimeoutNanos, null, null),
                observer);
    }

    /** The same with further options. */
    public static Relay start(
            Loop loop,
            DuplexChannel downstream,
            DuplexChannel upstream,
            @Nullable ByteBuf earlyUpstream,
            @Nullable ByteBuf earlyDownstream,
            RelayOptions options,
            Observer observer) {
        assert loop.inEventLoop();
        var relay = new Relay(loop, downstream, upstream, options, observer);
        relay.start(earlyUpstream, earlyDownstream);
        return relay;
    }

    private void start(@Nullable ByteBuf earlyUpstream, @Nullable ByteBuf earlyDownstream) {
        idleTimer.arm(idleTimeoutNanos);
        downstream.passEarly(earlyUpstream);
        upstream.passEarly(earlyDownstream);
        downstream.begin();
        upstream.begin();
    }

    /** Ends it now, with a reset to both sides. */
    public void cut(Failure failure) {
        end(failure, true);
    }

    void passed(RelaySide from, int bytes) {
        idleTimer.arm(idleTimeoutNanos);
        if (from == downstream) {
            observer.sentUpstream(bytes);
        } else {
            observer.sentDownstream(bytes);
        }
    }

    void sideEnded() {
        if (downstream.ended() && upstream.ended()) {
            end(null, false);
        }
    }

    void broke(Failure failure) {
        end(failure, true);
    }

    boolean over() {
        return over;
    }

    /** The side of the client, or else of the upstream. */
    RelaySide side(boolean ofClient) {
        return ofClient ? downstream : upstream;
    }

    private void idleTooLong() {
        end(Failure.IDLE_TIMEOUT, false);
    }

    private void end(@Nullable Failure failure, boolean reset) {
        if (over) {
            return;
        }
        over = true;
        idleTimer.cancel();
        if (shaping != null) {
            shaping.stop();
        }
        downstream.stop();
        upstream.stop();
        close(downstream.channel(), reset);
        close(upstream.channel(), reset);
        observer.ended(failure);
    }

    private static void close(Channel channel, boolean reset) {
        if (reset) {
            ConnectionEnd.reset(channel);
            return;
        }
        var _ = channel.close();
    }
}
