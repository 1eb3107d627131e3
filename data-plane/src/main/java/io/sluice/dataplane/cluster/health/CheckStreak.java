package io.sluice.dataplane.cluster.health;

import io.sluice.dataplane.cluster.endpoint.Health;

/**
 * What results in a row mean: the first decides at once, later ones only after as many as the
 * thresholds ask for.
 */
final class CheckStreak {
    private final int unhealthyAfter;
    private final int healthyAfter;
    private int against;

    CheckStreak(int unhealthyAfter, int healthyAfter) {
        this.unhealthyAfter = unhealthyAfter;
        this.healthyAfter = healthyAfter;
    }

    /** The health after one more result. */
    Health next(Health current, boolean passed) {
        Health seen = passed ? Health.HEALTHY : Health.UNHEALTHY;
        if (current == Health.UNKNOWN) {
            return seen;
        }
        if (seen == current) {
            against = 0;
            return current;
        }
        against++;
        if (against < (passed ? healthyAfter : unhealthyAfter)) {
            return current;
        }
        against = 0;
        return seen;
    }
}
