package io.sluice.dataplane.telemetry;

import io.sluice.dataplane.net.Failure;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;

/** A connection or session while it lives. Of its loop's thread. */
public interface LiveFlow {
    /** Unique on the node while it runs. */
    long id();

    /** When it began, by the loop's precise clock. */
    long startNanos();

    long bytesIn();

    long bytesOut();

    /** Null if it went before anyone looked. */
    @Nullable InetSocketAddress client();

    /** Which of the node's addresses the client chose; null if it went before anyone looked. */
    @Nullable InetSocketAddress local();

    /**
     * Whether it goes there.
     *
     * @param cluster empty for any
     * @param upstream {@code ip:port}, empty for any
     */
    boolean isAt(String cluster, String upstream);

    /** Ends what of it goes there; see {@link #isAt}. */
    default void leave(String cluster, String upstream, Failure why) {
        cut(why);
    }

    /**
     * All of it, the kernel's view included.
     *
     * @param cutNanos when it will be cut, by the loop's clock; {@link Leaving#NEVER} for never
     */
    Flow describe(long nowNanos, long cutNanos);

    /** Lets it end with what is under way, if its protocol knows such an end. */
    default void drain() {}

    /** Ends it now. */
    void cut(Failure why);
}
