package io.sluice.proto;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.proto.discovery.v1.Histogram;

import org.junit.jupiter.api.Test;

import java.util.Arrays;
import java.util.Random;

final class LatencyBucketsTest {
    @Test
    void everyBucketHoldsItsBoundsAndBucketsTouch() {
        for (int index = 0; index <= LatencyBuckets.INDEX_MAX; index++) {
            assertThat(LatencyBuckets.index(LatencyBuckets.lowestMicros(index))).isEqualTo(index);
            assertThat(LatencyBuckets.index(LatencyBuckets.highestMicros(index))).isEqualTo(index);
            if (index > 0) {
                assertThat(LatencyBuckets.lowestMicros(index))
                        .isEqualTo(LatencyBuckets.highestMicros(index - 1) + 1);
            }
        }
    }

    @Test
    void isExactBelow64AndWithinA32ndAbove() {
        assertThat(LatencyBuckets.index(63)).isEqualTo(63);
        assertThat(LatencyBuckets.index(64)).isEqualTo(64);
        Random random = new Random(1);
        for (int i = 0; i < 100_000; i++) {
            long micros = random.nextLong(LatencyBuckets.MICROS_MAX + 1) >>> random.nextInt(40);
            int index = LatencyBuckets.index(micros);
            long low = LatencyBuckets.lowestMicros(index);
            long high = LatencyBuckets.highestMicros(index);
            assertThat(micros).isBetween(low, high);
            assertThat((double) (high - low)).isLessThan(Math.max(1, low / 32.0));
        }
    }

    @Test
    void countsWhatIsTooLargeOrNegativeAtTheEnds() {
        assertThat(LatencyBuckets.index(Long.MAX_VALUE)).isEqualTo(LatencyBuckets.INDEX_MAX);
        assertThat(LatencyBuckets.index(-5)).isZero();
    }

    @Test
    void quantilesOfAMergeAreThoseOfAllValues() {
        Random random = new Random(2);
        long[] values = random.longs(10_000, 0, 2_000_000).toArray();
        Histogram merged = Histogram.getDefaultInstance();
        for (int part = 0; part < 4; part++) {
            long[] some = Arrays.copyOfRange(values, part * 2_500, (part + 1) * 2_500);
            merged = LatencyBuckets.merge(merged, histogram(some));
        }
        Arrays.sort(values);
        assertThat(LatencyBuckets.count(merged)).isEqualTo(10_000);
        assertThat(merged.getSum()).isEqualTo(Arrays.stream(values).sum());
        for (double q : new double[] {0, 0.5, 0.9, 0.99, 1}) {
            long exact = values[Math.max(0, (int) Math.ceil(q * 10_000) - 1)];
            assertThat((double) LatencyBuckets.quantile(merged, q))
                    .isBetween(exact * 31 / 32.0 - 1, exact * 33 / 32.0 + 1);
        }
        assertThat(LatencyBuckets.quantile(merged, 1)).isLessThanOrEqualTo(values[9_999]);
    }

    @Test
    void takesWhateverThePeerSends() {
        Histogram odd =
                Histogram.newBuilder().addBuckets(-1).addBuckets(1 << 30).addCounts(5).build();
        assertThat(LatencyBuckets.quantile(odd, 0.5)).isZero();
        assertThat(LatencyBuckets.merge(odd, odd).getBucketsCount()).isZero();
    }

    private static Histogram histogram(long[] values) {
        long[] counts = new long[LatencyBuckets.INDEX_MAX + 1];
        for (long value : values) {
            counts[LatencyBuckets.index(value)]++;
        }
        return LatencyBuckets.of(
                counts, Arrays.stream(values).sum(), Arrays.stream(values).max().orElse(0));
    }
}
