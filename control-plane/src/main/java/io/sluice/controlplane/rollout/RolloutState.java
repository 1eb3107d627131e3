package io.sluice.controlplane.rollout;

import com.google.protobuf.ByteString;

import io.sluice.controlplane.fleet.ReportedProblem;
import io.sluice.controlplane.snapshot.SnapshotOffer;

import java.util.List;

/** Where one node stands with what it is assigned. Immutable. */
sealed interface RolloutState {
    /** Nothing is under way. */
    record Settled() implements RolloutState {}

    /** An offer has no answer yet; a newer target waits for it. */
    record Offered(long offerId, SnapshotOffer offer, Assignment assignment)
            implements RolloutState {}

    /** A trial ended well; the node serves what it served before. */
    record Validated(ByteString digest) implements RolloutState {}

    /** The node refused this content; it is not offered again on this stream. */
    record Rejected(ByteString digest, RefusalReason reason, List<ReportedProblem> problems)
            implements RolloutState {}

    /** The node is not offered this content at all. */
    record Held(ByteString digest, HoldReason reason) implements RolloutState {}
}
