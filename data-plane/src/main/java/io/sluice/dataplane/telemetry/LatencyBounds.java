package io.sluice.dataplane.telemetry;

import io.sluice.proto.LatencyBuckets;

/** The few bounds of the latency histograms that Prometheus sees. */
final class LatencyBounds {
    static final double[] SECONDS = {
        0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5,
        10, 60
    };

    private LatencyBounds() {}

    /**
     * How many values lie at or below each bound; those of a bucket that a bound divides count
     * above it.
     */
    static long[] cumulated(LatencyHistogram histogram) {
        long[] counts = new long[SECONDS.length];
        histogram.forEachBucket(
                (index, count) -> {
                    long highest = LatencyBuckets.highestMicros(index);
                    for (int i = SECONDS.length - 1; i >= 0 && highest <= SECONDS[i] * 1e6; i--) {
                        counts[i] += count;
                    }
                });
        return counts;
    }
}
