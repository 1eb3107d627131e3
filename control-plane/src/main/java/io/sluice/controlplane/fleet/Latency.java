package io.sluice.controlplane.fleet;

import io.sluice.proto.LatencyBuckets;

import java.util.Arrays;

/**
 * A sparse histogram of {@link LatencyBuckets}. Immutable: the arrays are not modified after
 * construction.
 *
 * @param buckets indices, ascending
 * @param counts of each of them
 * @param sumMicros of all values
 * @param maxMicros the greatest value
 */
// Arrays, since there are very many of these; nothing compares them.
@SuppressWarnings("ArrayRecordComponent")
public record Latency(int[] buckets, long[] counts, long sumMicros, long maxMicros) {
    /** Nothing recorded. */
    public static final Latency EMPTY = new Latency(new int[0], new long[0], 0, 0);

    /** All of both. */
    public Latency plus(Latency other) {
        if (other.buckets.length == 0) {
            return this;
        }
        if (buckets.length == 0) {
            return other;
        }
        int[] indices = new int[buckets.length + other.buckets.length];
        long[] sums = new long[indices.length];
        int size = 0;
        int mine = 0;
        int theirs = 0;
        while (mine < buckets.length || theirs < other.buckets.length) {
            int a = mine < buckets.length ? buckets[mine] : Integer.MAX_VALUE;
            int b = theirs < other.buckets.length ? other.buckets[theirs] : Integer.MAX_VALUE;
            indices[size] = Math.min(a, b);
            sums[size++] = (a <= b ? counts[mine] : 0) + (b <= a ? other.counts[theirs] : 0);
            mine += a <= b ? 1 : 0;
            theirs += b <= a ? 1 : 0;
        }
        return new Latency(
                Arrays.copyOf(indices, size),
                Arrays.copyOf(sums, size),
                sumMicros + other.sumMicros,
                Math.max(maxMicros, other.maxMicros));
    }

    /** So much of it, rounded bucket by bucket. */
    Latency scaled(double share) {
        long[] scaled = new long[counts.length];
        for (int i = 0; i < counts.length; i++) {
            scaled[i] = Math.round(counts[i] * share);
        }
        return new Latency(buckets, scaled, Math.round(sumMicros * share), maxMicros);
    }

    /** How many values. */
    public long count() {
        return Arrays.stream(counts).sum();
    }

    /** The quantiles; costs a scan of all buckets. */
    public StatsView.LatencyQuantiles quantiles() {
        long count = count();
        if (count == 0) {
            return new StatsView.LatencyQuantiles(0, 0, 0, 0, 0, 0);
        }
        long[] dense = new long[LatencyBuckets.INDEX_MAX + 1];
        for (int i = 0; i < buckets.length; i++) {
            dense[buckets[i]] += counts[i];
        }
        return new StatsView.LatencyQuantiles(
                count,
                sumMicros / count,
                LatencyBuckets.quantile(dense, maxMicros, 0.50),
                LatencyBuckets.quantile(dense, maxMicros, 0.90),
                LatencyBuckets.quantile(dense, maxMicros, 0.99),
                maxMicros);
    }
}
