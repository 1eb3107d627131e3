package io.sluice.dataplane.telemetry;

import io.sluice.proto.LatencyBuckets;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/**
 * Latencies in microseconds in log-linear buckets: exact below 64, then 32 buckets to each
 * doubling. The layout is that of {@link LatencyBuckets}. Written by one thread; memory is taken
 * per doubling when a value first falls there, so an unused histogram costs a few words.
 */
public final class LatencyHistogram {
    private static final int SLICE_BITS = 5;
    private static final int SLICE = 1 << SLICE_BITS;
    private static final int SLICES = (LatencyBuckets.INDEX_MAX >> SLICE_BITS) + 1;

    private long @Nullable [] @Nullable [] slices;
    private long count;
    private long sumMicros;
    private long maxMicros;

    /** Counts one value; negative ones (a clock that stepped back) count as 0. */
    public void record(long micros) {
        long value = Math.clamp(micros, 0, LatencyBuckets.MICROS_MAX);
        add(LatencyBuckets.index(value), 1);
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
        if (slices == null) {
            return;
        }
        for (int slice = 0; slice < slices.length; slice++) {
            long[] counts = slices[slice];
            for (int sub = 0; counts != null && sub < SLICE; sub++) {
                if (counts[sub] != 0) {
                    visitor.bucket((slice << SLICE_BITS) + sub, counts[sub]);
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
        if (slices == null) {
            return;
        }
        for (long[] counts : slices) {
            if (counts != null) {
                Arrays.fill(counts, 0);
            }
        }
    }

    private void add(int index, long times) {
        if (slices == null) {
            slices = new long[SLICES][];
        }
        int slice = index >> SLICE_BITS;
        long[] counts = slices[slice];
        if (counts == null) {
            counts = new long[SLICE];
            slices[slice] = counts;
        }
        counts[index & (SLICE - 1)] += times;
        count += times;
    }

    /** Receives the buckets that are not empty. */
    public interface BucketVisitor {
        /** Called with the bucket's index and its count, which is above 0. */
        void bucket(int index, long count);
    }
}
