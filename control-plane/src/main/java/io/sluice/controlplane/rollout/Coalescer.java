package io.sluice.controlplane.rollout;

/**
 * When a change goes out: the first at once, further ones of a burst together, after waits that
 * grow. Pure; the caller says what time it is.
 */
final class Coalescer {
    /** The wait after the first change of a burst. */
    static final long WAIT_MIN_NANOS = 50_000_000;

    /** The longest wait of a burst. */
    static final long WAIT_MAX_NANOS = 1_000_000_000;

    private long quietUntilNanos;
    private long waitNanos = WAIT_MIN_NANOS;
    private boolean pending;
    private boolean started;

    /**
     * A change was made.
     *
     * @param quick whether it does not wait
     * @return whether all that is pending goes out now
     */
    boolean changed(long nowNanos, boolean quick) {
        boolean quiet = !started || nowNanos - quietUntilNanos >= 0;
        if (quiet && !pending) {
            waitNanos = WAIT_MIN_NANOS;
        }
        pending = true;
        return quick || quiet;
    }

    /** Whether something pending has waited long enough. */
    boolean due(long nowNanos) {
        return pending && nowNanos - quietUntilNanos >= 0;
    }

    /** Everything pending went out. */
    void published(long nowNanos) {
        boolean quietBefore = !started || nowNanos - quietUntilNanos >= 0;
        pending = false;
        started = true;
        if (quietBefore) {
            quietUntilNanos = nowNanos + waitNanos;
            waitNanos = Math.min(2 * waitNanos, WAIT_MAX_NANOS);
        }
    }

    /** Nanoseconds until something is due; Long.MAX_VALUE if nothing is pending. */
    long waitNanos(long nowNanos) {
        return pending ? Math.max(0, quietUntilNanos - nowNanos) : Long.MAX_VALUE;
    }
}
