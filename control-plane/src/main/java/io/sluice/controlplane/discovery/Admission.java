package io.sluice.controlplane.discovery;

import java.util.function.LongSupplier;

/**
 * Lets in a bounded number of new streams per second, so that a fleet that returns at once does not
 * drown the control plane. Nodes without configuration go first: a part of the burst is theirs
 * alone. Any thread.
 */
final class Admission {
    private static final double NANOS_PER_SECOND = 1e9;

    /** The part of the burst that only nodes without configuration may use. */
    private static final double RESERVED_PART = 0.25;

    private final LongSupplier nanoTime;
    private final double perSecond;
    private final double burst;
    private double tokens;
    private long refilledNanos;

    Admission(int perSecond, int burst, LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.perSecond = perSecond;
        this.burst = burst;
        this.tokens = burst;
        this.refilledNanos = nanoTime.getAsLong();
    }

    /** Returns 0 if the stream may come in, else the milliseconds after which to try again. */
    synchronized long admit(boolean hasConfiguration) {
        long now = nanoTime.getAsLong();
        tokens = Math.min(burst, tokens + (now - refilledNanos) / NANOS_PER_SECOND * perSecond);
        refilledNanos = now;
        double kept = hasConfiguration ? Math.floor(burst * RESERVED_PART) : 0;
        if (tokens - kept >= 1) {
            tokens--;
            return 0;
        }
        return (long) Math.ceil((kept + 1 - tokens) / perSecond * 1_000);
    }
}
