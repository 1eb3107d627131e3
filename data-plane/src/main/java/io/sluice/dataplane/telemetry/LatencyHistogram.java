package io.sluice.dataplane.telemetry;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/**
 * Latencies in microseconds in log-linear buckets: exact below 64, then 32 buckets to each
 * doubling. The layout is that of {@code Histogram} in report.proto. Written by one thread; memory
 * is taken per doubling when a value first falls there, so an unused histogram costs a few words.
 */
public final class LatencyHistogram {
    private static final int SUB_BUCKETS_BITS = 5;
    private static final int SUB_BUCKETS = 1 << SUB_BUCKETS_BITS;
    private static final int EXACT_BELOW = 2 * SUB_BUCKETS;

    /** Values from here on share the last bucket: about 19 hours. */
    private static final long MICROS_MAX = (1L << 36) - 1;

    private static final int OCTAVES = (index(MICROS_MAX) >> SUB_BUCKETS_BITS) + 1;

    private int @Nullable [] @Nullable [] octaves;
    private long count;
    private long sumMicros;
    private long maxMicros;

    /** Counts one value; negative ones (a clock that stepped back) count as 0. */
    public void record(long micros) {
        long value = Math.clamp(micros, 0, MICROS_MAX);
        add(index(value), 1);
        sumMicros += value;
        maxMicros = Math.max(maxMicros, value);
    }

    /** Values recorded. */
    public long count() {
        return count;
    }

    /** Sum of the values in microseconds. */
    public long sumMicros() {
        return sumMicros;
    }

    /** Greatest value in microseconds, 0 when empty. */
    public long maxMicros() {
        return maxMicros;
    }

    /** Calls {@code visitor} for each bucket that is not empty, indices ascending. */
    public void forEachBucket(BucketVisitor visitor) {
        if (octaves == null) {
            return;
        }
        for (int octave = 0; octave < octaves.length; octave++) {
            int[] counts = octaves[octave];
            for (int sub = 0; counts != null && sub < SUB_BUCKETS; sub++) {
                if (counts[sub] != 0) {
                    visitor.bucket(
                            (octave << SUB_BUCKETS_BITS) + sub,
                            Integer.toUnsignedLong(counts[sub]));
                }
            }
        }
    }

    /** Adds everything {@code from} holds and empties it, whose arrays are kept for reuse. */
    void take(LatencyHistogram from) {
        if (from.count == 0) {
            return;
        }
        from.forEachBucket(this::add);
        sumMicros += from.sumMicros;
        maxMicros = Math.max(maxMicros, from.maxMicros);
        from.clear();
    }

    /** Adds everything {@code other} holds and leaves that as it is. */
    void add(LatencyHistogram other) {
        other.forEachBucket(this::add);
        sumMicros += other.sumMicros;
        maxMicros = Math.max(maxMicros, other.maxMicros);
    }

    private void clear() {
        count = 0;
        sumMicros = 0;
        maxMicros = 0;
        if (octaves == null) {
            return;
        }
        for (int[] counts : octaves) {
            if (counts != null) {
                Arrays.fill(counts, 0);
            }
        }
    }

    private void add(int index, long times) {
        if (octaves == null) {
            octaves = new int[OCTAVES][];
        }
        int octave = index >> SUB_BUCKETS_BITS;
        int[] counts = octaves[octave];
        if (counts == null) {
            counts = new int[SUB_BUCKETS];
            octaves[octave] = counts;
        }
        counts[index & (SUB_BUCKETS - 1)] += (int) times;
        count += times;
    }

    private static int index(long micros) {
        if (micros < EXACT_BELOW) {
            return (int) micros;
        }
        int exponent = 63 - Long.numberOfLeadingZeros(micros);
        int sub = (int) (micros >> (exponent - SUB_BUCKETS_BITS)) & (SUB_BUCKETS - 1);
        return EXACT_BELOW + ((exponent - SUB_BUCKETS_BITS - 1) << SUB_BUCKETS_BITS) + sub;
    }

    /** Receives the buckets that are not empty. */
    public interface BucketVisitor {
        /** Called with the bucket's index and its count, which is above 0. */
        void bucket(int index, long count);
    }
}
