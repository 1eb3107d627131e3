package io.sluice.controlplane.rollout;

import io.sluice.controlplane.fleet.EndpointHealthView;
import io.sluice.controlplane.fleet.ReportedProblem;

import java.util.List;
import java.util.Optional;

/** What the doors tell the rollout loop. Immutable. */
public sealed interface RolloutEvent {
    /** The store committed; the loop looks at its newest state. */
    record StoreChanged() implements RolloutEvent {}

    /** A stream was opened and its Hello passed the door. */
    record NodeArrived(NodeLink link, NodeHello hello) implements RolloutEvent {}

    /** A stream ended, whether or not it was let in. */
    record NodeLeft(NodeLink link, String reason) implements RolloutEvent {}

    /** A node has come so far with an offer. */
    record OfferAcknowledged(
            NodeLink link, long offerId, AckPhase phase, List<ReportedProblem> problems)
            implements RolloutEvent {}

    /** A node refused an offer. */
    record OfferRefused(
            NodeLink link, long offerId, RefusalReason reason, List<ReportedProblem> problems)
            implements RolloutEvent {}

    /** A node tells where it stands with draining. */
    record DrainStated(NodeLink link, DrainStatement statement) implements RolloutEvent {}

    /**
     * A node's own drain wish was written.
     *
     * @param stored false where the store refused, and is to be asked again
     */
    record DrainWishWritten(String node, DrainStatement wish, boolean stored)
            implements RolloutEvent {}

    /**
     * A node sent statistics.
     *
     * @param endpoints the health of all its endpoints, if it was told
     */
    record NodeReported(String node, String bootId, Optional<List<EndpointHealthView>> endpoints)
            implements RolloutEvent {}

    /** Ends the loop once everything before is handled. */
    record Shutdown() implements RolloutEvent {}
}
