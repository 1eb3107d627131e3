package io.sluice.dataplane.net;

import org.jspecify.annotations.Nullable;

/** The limits of one connection: null where bytes pass as they come. Of its loop's thread. */
public final class Shaping {
    final @Nullable Shaper upstream;
    final @Nullable Shaper downstream;

    Shaping(@Nullable Shaper upstream, @Nullable Shaper downstream) {
        this.upstream = upstream;
        this.downstream = downstream;
    }

    /** The connection is over. */
    void stop() {
        if (upstream != null) {
            upstream.stop();
        }
        if (downstream != null) {
            downstream.stop();
        }
    }
}
