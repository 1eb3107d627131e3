package io.sluice.dataplane.cluster.health;

import static io.sluice.dataplane.cluster.endpoint.Health.HEALTHY;
import static io.sluice.dataplane.cluster.endpoint.Health.UNHEALTHY;
import static io.sluice.dataplane.cluster.endpoint.Health.UNKNOWN;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CheckStreakTest {
    private final CheckStreak streak = new CheckStreak(3, 2);

    @Test
    void letsTheFirstCheckDecide() {
        assertThat(streak.next(UNKNOWN, true)).isEqualTo(HEALTHY);
        assertThat(streak.next(UNKNOWN, false)).isEqualTo(UNHEALTHY);
    }

    @Test
    void turnsUnhealthyAfterThreeFailuresInARow() {
        assertThat(streak.next(HEALTHY, false)).isEqualTo(HEALTHY);
        assertThat(streak.next(HEALTHY, false)).isEqualTo(HEALTHY);
        assertThat(streak.next(HEALTHY, true)).isEqualTo(HEALTHY);
        assertThat(streak.next(HEALTHY, false)).isEqualTo(HEALTHY);
        assertThat(streak.next(HEALTHY, false)).isEqualTo(HEALTHY);
        assertThat(streak.next(HEALTHY, false)).isEqualTo(UNHEALTHY);
    }

    @Test
    void turnsHealthyAfterTwoSuccessesInARow() {
        assertThat(streak.next(UNHEALTHY, true)).isEqualTo(UNHEALTHY);
        assertThat(streak.next(UNHEALTHY, false)).isEqualTo(UNHEALTHY);
        assertThat(streak.next(UNHEALTHY, true)).isEqualTo(UNHEALTHY);
        assertThat(streak.next(UNHEALTHY, true)).isEqualTo(HEALTHY);
    }
}
