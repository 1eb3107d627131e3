package io.sluice.dataplane.net;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Bytes that all connections of a listener may pass one way together. Loops borrow from it by the
 * chunk, so that only every so many bytes it is touched; no locks. Safe from any thread.
 *
 * <p>One number, as in the generic cell rate algorithm (ITU-T I.371): the time at which all that
 * was borrowed will have been earned.
 */
final class SharedBudget {
    private static final long SECOND_NANOS = 1_000_000_000L;

    /** Borrowed at once: what passes in so many nanoseconds, within bounds. */
    private static final long CHUNK_NANOS = 5_000_000;

    private static final long CHUNK_BYTES_MIN = 1_024;
    private static final long CHUNK_BYTES_MAX = 256 * 1024;

    private final AtomicLong earnedAtNanos;
    private volatile BandwidthSpec.@Nullable Rate rate;

    SharedBudget(long nowNanos) {
        // Full: a burst has long been earned.
        this.earnedAtNanos = new AtomicLong(nowNanos - 3600 * SECOND_NANOS);
    }

    /** What holds from now on; null for no limit. */
    void change(BandwidthSpec.@Nullable Rate wanted) {
        rate = wanted;
    }

    /** Whether there is a limit. */
    boolean limited() {
        return rate != null;
    }

    /**
     * Takes a chunk, or what there is of it.
     *
     * @param owed bytes that passed already and have to be paid with it
     * @return what was taken; 0 if it would not be worth it yet
     */
    long borrow(long owed, long nowNanos) {
        BandwidthSpec.Rate current = rate;
        if (current == null) {
            return Long.MAX_VALUE / 4;
        }
        long chunk = chunk(current);
        long wanted = owed + chunk;
        while (true) {
            long earnedAt = earnedAtNanos.get();
            long from = Math.max(earnedAt, nowNanos - nanosOf(current.burstBytes(), current));
            long free = bytesOf(nowNanos - from, current);
            if (free < Math.min(chunk, CHUNK_BYTES_MIN)) {
                return 0;
            }
            long taken = Math.min(free, wanted);
            if (earnedAtNanos.compareAndSet(earnedAt, from + nanosOf(taken, current))) {
                return taken;
            }
        }
    }

    /** Until a chunk is there, if nobody else takes it; at least 1. */
    long waitNanos(long nowNanos) {
        BandwidthSpec.Rate current = rate;
        if (current == null) {
            return 1;
        }
        return Math.max(1, earnedAtNanos.get() + nanosOf(chunk(current), current) - nowNanos);
    }

    private static long chunk(BandwidthSpec.Rate rate) {
        long bytes = bytesOf(CHUNK_NANOS, rate);
        return Math.min(rate.burstBytes(), Math.clamp(bytes, CHUNK_BYTES_MIN, CHUNK_BYTES_MAX));
    }

    private static long bytesOf(long nanos, BandwidthSpec.Rate rate) {
        return (long) ((double) nanos * rate.bytesPerSecond() / SECOND_NANOS);
    }

    private static long nanosOf(long bytes, BandwidthSpec.Rate rate) {
        return (long) Math.ceil((double) bytes * SECOND_NANOS / rate.bytesPerSecond());
    }
}
