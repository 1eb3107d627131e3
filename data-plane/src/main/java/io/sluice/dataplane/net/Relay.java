package io.sluice.dataplane.net;

import io.netty.buffer.ByteBuf;
import io.netty.channel.socket.DuplexChannel;

import org.jspecify.annotations.Nullable;

/**
 * Passes bytes between two sockets of one loop until both sides have ended: L4 connections and
 * upgraded HTTP connections. Of its loop's thread.
 *
 * <p>A side that does not take its bytes stops the reading of the other, so at most the socket's
 * write-buffer high-water mark and one read are held each way. An end of input is passed on as
 * such, a reset as a reset.
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

    private final Loop loop;
    private final Observer observer;

    private Relay(Loop loop, Observer observer) {
        this.loop = loop;
        this.observer = observer;
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
        throw new UnsupportedOperationException("lands next");
    }

    /** Ends it now, with a reset to both sides. */
    public void cut(Failure failure) {
        throw new UnsupportedOperationException("lands next" + loop + observer);
    }
}
