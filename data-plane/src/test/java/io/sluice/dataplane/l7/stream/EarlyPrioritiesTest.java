package io.sluice.dataplane.l7.stream;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class EarlyPrioritiesTest {
    private final EarlyPriorities early = new EarlyPriorities();

    @Test
    void keepsTheNewestOfEachStreamUntilItOpens() {
        assertThat(early.take(1)).isEqualTo(EarlyPriorities.NONE);
        early.put(5, 1);
        early.put(3, 2);
        early.put(5, 7);
        assertThat(early.take(1)).isEqualTo(EarlyPriorities.NONE);
        assertThat(early.take(5)).isEqualTo(7);
        assertThat(early.take(5)).isEqualTo(EarlyPriorities.NONE);
        assertThat(early.take(3)).isEqualTo(2);
    }

    @Test
    void forgetsTheOldestOfTooMany() {
        for (int i = 0; i <= EarlyPriorities.KEPT_MAX; i++) {
            early.put(2 * i + 1, i % 8);
        }
        assertThat(early.take(1)).isEqualTo(EarlyPriorities.NONE);
        for (int i = 1; i <= EarlyPriorities.KEPT_MAX; i++) {
            assertThat(early.take(2 * i + 1)).isEqualTo(i % 8);
        }
        early.put(1001, 5);
        assertThat(early.take(1001)).isEqualTo(5);
    }
}
