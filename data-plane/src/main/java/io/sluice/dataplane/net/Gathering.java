package io.sluice.dataplane.net;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.TimeUnit;

/**
 * The small segments of one direction that are held back until there are enough of them, or the
 * first one has waited for long enough. Of its loop's thread.
 */
final class Gathering {
    private final Coalescing spec;
    private final EventLoop loop;
    private final Runnable whenDue;
    private int bytes;
    private @Nullable Future<?> due;

    /**
     * @param whenDue passes on what is held; never called once nothing is
     */
    Gathering(Coalescing spec, EventLoop loop, Runnable whenDue) {
        this.spec = spec;
        this.loop = loop;
        this.whenDue = whenDue;
    }

    /**
     * Counts bytes that were read.
     *
     * @return whether they are to be held; otherwise all there is is passed on now
     */
    boolean holds(int more) {
        bytes += more;
        if (bytes >= spec.bytes()) {
            passed();
            return false;
        }
        if (due == null) {
            // Not the coarse timer: the delay is a promise.
            due = loop.schedule(whenDue, spec.delayNanos(), TimeUnit.NANOSECONDS);
        }
        return true;
    }

    /** What was held is on its way, or nobody's any more. */
    void passed() {
        bytes = 0;
        Future<?> waiting = due;
        if (waiting != null) {
            due = null;
            waiting.cancel(false);
        }
    }

    /** Appends to what is held. */
    static ByteBuf append(@Nullable ByteBuf held, ByteBuf more) {
        if (held == null) {
            return more;
        }
        held.writeBytes(more);
        more.release();
        return held;
    }
}
