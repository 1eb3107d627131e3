package io.sluice.controlplane.storage;

import java.time.InstantSource;

/** The number that a store gets when it is created or restored, above every one it had. */
final class Epoch {
    private Epoch() {}

    static long next(long last, InstantSource clock) {
        return Math.max(last + 1, clock.instant().getEpochSecond());
    }
}
