package io.sluice.dataplane.net;

/**
 * Bytes that one connection may pass one way: so many a second, and no more than a burst at once.
 * May be overdrawn; what is owed is paid first. Of its loop's thread.
 */
final class TokenBucket {
    private static final long SECOND_NANOS = 1_000_000_000L;

    // What is waited for: a slow connection is not woken for each byte, nor kept quiet for long.
    private static final long SLICE_BYTES_MAX = 16 * 1024;
    private static final long SLICES_OF_SECOND = 50;

    private final long bytesPerSecond;
    private final long burstBytes;
    private long tokens;
    private long lastNanos;

    /** A full one. */
    TokenBucket(BandwidthSpec.Rate rate, long nowNanos) {
        this.bytesPerSecond = rate.bytesPerSecond();
        this.burstBytes = rate.burstBytes();
        this.tokens = burstBytes;
        this.lastNanos = nowNanos;
    }

    /** Bytes that may pass now; not above 0 where none may. */
    long available(long nowNanos) {
        long elapsed = nowNanos - lastNanos;
        if (elapsed <= 0 || tokens >= burstBytes) {
            lastNanos = Math.max(lastNanos, nowNanos);
            return tokens;
        }
        long missing = burstBytes - tokens;
        if (elapsed >= nanosOf(missing)) {
            tokens = burstBytes;
            lastNanos = nowNanos;
            return tokens;
        }
        long earned = (long) ((double) elapsed * bytesPerSecond / SECOND_NANOS);
        tokens += earned;
        // What is not a whole byte yet stays in the clock.
        lastNanos += nanosOf(earned);
        return tokens;
    }

    /** So many passed. */
    void take(long bytes) {
        tokens -= bytes;
    }

    /** Until it is worth going on, as of the last look; at least 1. */
    long waitNanos() {
        long slice = Math.clamp(bytesPerSecond / SLICES_OF_SECOND, 1, SLICE_BYTES_MAX);
        return Math.max(1, nanosOf(Math.min(slice, burstBytes) - tokens));
    }

    private long nanosOf(long bytes) {
        return (long) ((double) bytes * SECOND_NANOS / bytesPerSecond);
    }
}
