package io.sluice.controlplane.rollout;

import java.time.Instant;

/**
 * Where a node stands with draining, as it says. Immutable.
 *
 * @param draining whether it is wanted drained
 * @param drained true once nothing is in flight any more
 * @param connections still open
 * @param since when it was asked for
 * @param requestedHere whether the wish was made at the node, and shall be stored
 */
public record DrainStatement(
        boolean draining, boolean drained, long connections, Instant since, boolean requestedHere) {
    /** A node that takes connections. */
    static final DrainStatement NONE = new DrainStatement(false, false, 0, Instant.EPOCH, false);
}
