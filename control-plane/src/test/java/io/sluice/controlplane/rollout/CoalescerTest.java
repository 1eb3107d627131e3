package io.sluice.controlplane.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

class CoalescerTest {
    private final Coalescer coalescer = new Coalescer();
    private final List<Long> published = new ArrayList<>();
    private long nowMillis = 1_000;

    private long nanos() {
        return TimeUnit.MILLISECONDS.toNanos(nowMillis);
    }

    private void change(boolean quick) {
        if (coalescer.changed(nanos(), quick)) {
            publish();
        }
    }

    private void publish() {
        published.add(nowMillis - 1_000);
        coalescer.published(nanos());
    }

    /** Lets time pass in steps of a millisecond, with a change at each multiple. */
    private void changeEvery(long everyMillis, long untilMillis) {
        for (long start = nowMillis; nowMillis - start < untilMillis; nowMillis++) {
            if ((nowMillis - start) % everyMillis == 0) {
                change(false);
            }
            if (coalescer.due(nanos())) {
                publish();
            }
        }
    }

    @Test
    void theFirstChangeGoesOutAtOnce() {
        change(false);
        assertThat(published).containsExactly(0L);
    }

    @Test
    void aBurstWaitsLongerAndLongerUpToASecond() {
        changeEvery(10, 4_500);
        assertThat(published).containsExactly(0L, 50L, 150L, 350L, 750L, 1_550L, 2_550L, 3_550L);
    }

    @Test
    void afterAQuietTimeAllBeginsAnew() {
        changeEvery(10, 400);
        nowMillis += 2_000;
        published.clear();
        if (coalescer.due(nanos())) {
            publish();
        }
        nowMillis += 2_000;
        published.clear();
        long from = nowMillis;
        change(false);
        nowMillis += 10;
        change(false);
        assertThat(published).containsExactly(from - 1_000);
        assertThat(coalescer.waitNanos(nanos())).isEqualTo(TimeUnit.MILLISECONDS.toNanos(40));
    }

    @Test
    void weightsAndEndpointsDoNotWaitAndTakeTheRestAlong() {
        change(false);
        nowMillis += 5;
        change(false);
        assertThat(coalescer.waitNanos(nanos())).isPositive();
        nowMillis += 5;
        change(true);
        assertThat(published).containsExactly(0L, 10L);
        assertThat(coalescer.waitNanos(nanos())).isEqualTo(Long.MAX_VALUE);
    }
}
