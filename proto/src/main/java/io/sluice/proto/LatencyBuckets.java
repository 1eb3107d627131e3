package io.sluice.proto;

import io.sluice.proto.discovery.v1.Histogram;

import java.util.Arrays;

/**
 * The buckets of {@link Histogram}: exact below 64, then 32 to each doubling. Values are
 * microseconds, from 0 to 2^40 - 1 (twelve days); greater ones count in the last bucket. Any
 * thread.
 */
public final class LatencyBuckets {
    private static final int EXACT = 64;
    private static final int SUB_BUCKETS = 32;
    private static final int SUB_BITS = 5;
    private static final int VALUE_BITS_MAX = 40;

    /** The greatest index. An array of all counts has one element more. */
    public static final int INDEX_MAX = EXACT + (VALUE_BITS_MAX - SUB_BITS - 1) * SUB_BUCKETS - 1;

    /** The greatest value that has a bucket of its own kind. */
    public static final long MICROS_MAX = (1L << VALUE_BITS_MAX) - 1;

    private LatencyBuckets() {}

    /** The bucket that counts a value; negative values count as 0. */
    public static int index(long micros) {
        if (micros < EXACT) {
            return micros < 0 ? 0 : (int) micros;
        }
        long value = Math.min(micros, MICROS_MAX);
        int shift = Long.SIZE - 1 - Long.numberOfLeadingZeros(value) - SUB_BITS;
        return EXACT + (shift - 1) * SUB_BUCKETS + (int) (value >>> shift) - SUB_BUCKETS;
    }

    /** The least value of a bucket. */
    public static long lowestMicros(int index) {
        if (index < EXACT) {
            return index;
        }
        int shift = (index - EXACT) / SUB_BUCKETS + 1;
        return (long) (SUB_BUCKETS + (index - EXACT) % SUB_BUCKETS) << shift;
    }

    /** The greatest value of a bucket. */
    public static long highestMicros(int index) {
        return index >= INDEX_MAX ? MICROS_MAX : lowestMicros(index + 1) - 1;
    }

    /** All of a and b. Indices out of range and rows without a count are left out. */
    public static Histogram merge(Histogram a, Histogram b) {
        long[] counts = new long[INDEX_MAX + 1];
        addTo(counts, a);
        addTo(counts, b);
        return of(counts, a.getSum() + b.getSum(), Math.max(a.getMax(), b.getMax()));
    }

    /** Adds the counts of a histogram to an array of {@link #INDEX_MAX} + 1. */
    public static void addTo(long[] counts, Histogram histogram) {
        int rows = Math.min(histogram.getBucketsCount(), histogram.getCountsCount());
        for (int i = 0; i < rows; i++) {
            int index = histogram.getBuckets(i);
            if (index >= 0 && index <= INDEX_MAX) {
                counts[index] += histogram.getCounts(i);
            }
        }
    }

    /** The message of an array of counts. */
    public static Histogram of(long[] counts, long sumMicros, long maxMicros) {
        Histogram.Builder histogram = Histogram.newBuilder().setSum(sumMicros).setMax(maxMicros);
        for (int i = 0; i < counts.length; i++) {
            if (counts[i] != 0) {
                histogram.addBuckets(i).addCounts(counts[i]);
            }
        }
        return histogram.build();
    }

    /** How many values were recorded. */
    public static long count(Histogram histogram) {
        long count = 0;
        for (long bucket : histogram.getCountsList()) {
            count += bucket;
        }
        return count;
    }

    /**
     * A value in microseconds that the share q of all values does not exceed: the middle of its
     * bucket, never above the greatest value recorded.
     *
     * @param q from 0 to 1
     * @return 0 for an empty histogram
     */
    public static long quantile(Histogram histogram, double q) {
        long[] counts = new long[INDEX_MAX + 1];
        addTo(counts, histogram);
        return quantile(counts, histogram.getMax(), q);
    }

    /**
     * Like {@link #quantile(Histogram, double)}, over an array of counts; a maximum of 0 is taken
     * as unknown.
     */
    public static long quantile(long[] counts, long maxMicros, double q) {
        long total = Arrays.stream(counts).sum();
        if (total == 0) {
            return 0;
        }
        long rank = Math.max(1, (long) Math.ceil(q * total));
        long seen = 0;
        int index = 0;
        while (index < counts.length - 1 && seen + counts[index] < rank) {
            seen += counts[index++];
        }
        long middle = (lowestMicros(index) + highestMicros(index)) / 2;
        return maxMicros > 0 ? Math.min(middle, maxMicros) : middle;
    }
}
