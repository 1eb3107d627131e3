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

    String cluster();

    /** The endpoint; empty while there is none. */
    String upstream();

    /** Null if it went before anyone looked. */
    @Nullable InetSocketAddress client();

    /** All of it, the kernel's view included. */
    Flow describe(long nowNanos);

    /** Ends it now. */
    void cut(Failure why);
}
