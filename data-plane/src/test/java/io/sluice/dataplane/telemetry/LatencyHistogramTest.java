package io.sluice.dataplane.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.proto.LatencyBuckets;

import org.junit.jupiter.api.Test;

import java.util.Random;

class LatencyHistogramTest {
    @Test
    void countsInTheBucketsOfTheWire() {
        Random random = new Random(1);
        long[] expected = new long[LatencyBuckets.INDEX_MAX + 1];
        LatencyHistogram histogram = new LatencyHistogram();
        for (int i = 0; i < 10_000; i++) {
            long micros = random.nextLong(1L << random.nextInt(1, 42));
            histogram.record(micros);
            expected[LatencyBuckets.index(micros)]++;
        }
        long[] counts = new long[LatencyBuckets.INDEX_MAX + 1];
        histogram.forEachBucket((index, count) -> counts[index] = count);
        assertThat(counts).isEqualTo(expected);
        assertThat(histogram.count()).isEqualTo(10_000);
    }

    @Test
    void takingMovesEverythingAndLeavesNothing() {
        LatencyHistogram from = new LatencyHistogram();
        from.record(70);
        from.record(1_000_000);
        LatencyHistogram into = new LatencyHistogram();
        into.record(5);
        into.take(from);
        assertThat(into.count()).isEqualTo(3);
        assertThat(into.sumMicros()).isEqualTo(1_000_075);
        assertThat(into.maxMicros()).isEqualTo(1_000_000);
        assertThat(from.count()).isZero();
        from.forEachBucket((index, count) -> assertThat(count).as("bucket %d", index).isZero());
    }

    @Test
    void aClockThatStepsBackCountsAsZero() {
        LatencyHistogram histogram = new LatencyHistogram();
        histogram.record(-5);
        assertThat(histogram.sumMicros()).isZero();
        assertThat(histogram.count()).isEqualTo(1);
    }
}
