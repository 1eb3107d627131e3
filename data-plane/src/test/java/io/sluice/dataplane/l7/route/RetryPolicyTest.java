package io.sluice.dataplane.l7.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.dataplane.net.Failure;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.BitSet;
import java.util.Random;

final class RetryPolicyTest {
    private static final long BACKOFF_NANOS = 1_000;
    private static final BitSet NO_STATUS = new BitSet();

    private static RetryPolicy on(String condition, boolean anyMethod) {
        return new RetryPolicy(
                3,
                condition.equals("connect"),
                condition.equals("reset"),
                condition.equals("timeout"),
                NO_STATUS,
                NO_STATUS,
                anyMethod,
                20,
                BACKOFF_NANOS);
    }

    private static BitSet bits(int number) {
        BitSet bits = new BitSet();
        bits.set(number);
        return bits;
    }

    @ParameterizedTest
    @CsvSource({
        "CONNECT_FAILED, connect",
        "CONNECT_TIMEOUT, connect",
        "UPSTREAM_TLS_FAILED, connect",
        "UPSTREAM_REFUSED, connect",
        "UPSTREAM_RESET, reset",
        "UPSTREAM_CANCELLED, reset",
        "UPSTREAM_OVERLOADED, reset",
        "UPSTREAM_TIMEOUT, timeout",
    })
    void triesAgainByItsConditionAlone(Failure failure, String condition) {
        boolean nothingSent = condition.equals("connect");
        for (String configured : new String[] {"connect", "reset", "timeout", "none"}) {
            boolean meant = configured.equals(condition);
            assertThat(on(configured, false).again(failure, 1, true)).isEqualTo(meant);
            assertThat(on(configured, true).again(failure, 1, false)).isEqualTo(meant);
            // What may have had an effect.
            assertThat(on(configured, false).again(failure, 1, false))
                    .isEqualTo(meant && nothingSent);
        }
        assertThat(on(condition, true).again(failure, 2, true)).isTrue();
        assertThat(on(condition, true).again(failure, 3, true)).isFalse();
        assertThat(RetryPolicy.NONE.again(failure, 1, true)).isFalse();
    }

    @ParameterizedTest
    @EnumSource(names = {"UPSTREAM_BAD_RESPONSE", "TOTAL_TIMEOUT", "DOWNSTREAM_CLOSED", "INTERNAL"})
    void neverTriesAgainWhatNoConditionNames(Failure failure) {
        RetryPolicy all =
                new RetryPolicy(5, true, true, true, bits(502), bits(14), true, 100, BACKOFF_NANOS);
        assertThat(all.again(failure, 1, true)).isFalse();
    }

    @Test
    void triesResponsesAgainByTheirStatus() {
        RetryPolicy policy =
                new RetryPolicy(
                        3, false, false, false, bits(503), bits(14), false, 20, BACKOFF_NANOS);
        assertThat(policy.again(503, -1, 1, true)).isTrue();
        assertThat(policy.again(503, -1, 3, true)).isFalse();
        assertThat(policy.again(503, -1, 1, false)).isFalse();
        assertThat(policy.again(502, -1, 1, true)).isFalse();
        assertThat(policy.again(200, 14, 1, true)).isTrue();
        assertThat(policy.again(200, 5, 1, true)).isFalse();
    }

    @Test
    void waitsARandomTimeThatGrowsUpToTenfold() {
        RetryPolicy policy = on("reset", false);
        long[] most = {1_000, 2_000, 4_000, 8_000, 10_000, 10_000};
        Random random = new Random(1);
        for (int attempts = 1; attempts <= most.length; attempts++) {
            long max = most[attempts - 1];
            long low = Long.MAX_VALUE;
            long high = 0;
            for (int i = 0; i < 10_000; i++) {
                long delay = policy.delayNanos(attempts, random.nextLong());
                assertThat(delay).isBetween(0L, max - 1);
                low = Math.min(low, delay);
                high = Math.max(high, delay);
            }
            // All of it, so that those who failed together do not come back together.
            assertThat(low).isLessThan(max / 100);
            assertThat(high).isGreaterThan(max - max / 100);
        }
        assertThat(RetryPolicy.NONE.delayNanos(1, random.nextLong())).isZero();
    }
}
