package io.sluice.dataplane.discovery;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Waits between attempts: full jitter over an upper bound that doubles, so that a fleet that lost
 * its control plane does not come back as a herd. One thread.
 */
final class Backoff {
    private static final Duration BASE = Duration.ofSeconds(1);
    private static final Duration MIN = Duration.ofMillis(20);
    private static final int DOUBLINGS_MAX = 20;

    private final RandomGenerator random;
    private int attempts;

    Backoff(RandomGenerator random) {
        this.random = random;
    }

    /**
     * How long to wait now: random up to the base times two to the number of waits before, capped.
     */
    Duration next(Duration cap) {
        long upperMillis =
                Math.min(cap.toMillis(), BASE.toMillis() << Math.min(attempts++, DOUBLINGS_MAX));
        return Duration.ofMillis(Math.max(MIN.toMillis(), random.nextLong(upperMillis + 1)));
    }

    /** To be called once a connection proved stable. */
    void reset() {
        attempts = 0;
    }
}
