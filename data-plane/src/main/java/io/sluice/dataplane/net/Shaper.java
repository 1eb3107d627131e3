package io.sluice.dataplane.net;

import org.jspecify.annotations.Nullable;

/**
 * How many bytes one connection may pass one way: its own limit and its share of the listener's. Of
 * its loop's thread.
 */
final class Shaper {
    private final Loop loop;
    private final @Nullable TokenBucket own;
    private final @Nullable BandwidthShare shared;
    private final Timer timer;
    private @Nullable Runnable resume;
    private boolean waiting;
    private boolean over;

    Shaper(Loop loop, BandwidthSpec.@Nullable Rate own, @Nullable BandwidthShare shared) {
        this.loop = loop;
        this.own = own == null ? null : new TokenBucket(own, loop.nowNanos());
        this.shared = shared;
        this.timer = loop.newTimer(this::goOn);
    }

    /** Bytes that may pass now; 0 for none, and then {@link #await}. */
    long allowance() {
        long most = Long.MAX_VALUE;
        if (own != null) {
            most = Math.max(0, own.available(loop.nowNanos()));
        }
        if (shared != null && most > 0) {
            most = Math.min(most, shared.available(this));
        }
        return most;
    }

    /** So many passed, which may be more than were allowed; that is made up for. */
    void passed(long bytes) {
        if (own != null) {
            own.take(bytes);
        }
        if (shared != null) {
            shared.take(this, bytes);
        }
    }

    /** Goes on with this, later, once bytes may pass; the last one asked for. */
    void await(Runnable then) {
        resume = then;
        if (waiting || over) {
            return;
        }
        waiting = true;
        if (own != null && own.available(loop.nowNanos()) <= 0) {
            timer.arm(own.waitNanos());
        } else if (shared != null) {
            shared.await(this);
        } else {
            // The clock went on since nothing was allowed.
            timer.arm(1);
        }
    }

    void goOn() {
        waiting = false;
        Runnable then = resume;
        if (then != null && !over) {
            then.run();
        }
    }

    void stop() {
        over = true;
        timer.cancel();
        if (waiting && shared != null) {
            shared.forget(this);
        }
    }
}
