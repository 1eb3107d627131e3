package io.sluice.controlplane.rollout;

import io.sluice.controlplane.fleet.ReportedProblem;
import io.sluice.controlplane.snapshot.GroupSnapshot;
import io.sluice.controlplane.snapshot.SnapshotVersion;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * All that the engine knows of one node's stream. Immutable.
 *
 * @param has the version whose content the node serves; epoch and revision 0 and the empty digest
 *     if none
 * @param suspect the version that the node stepped back from
 * @param features what the node can do beyond the first form of entries
 * @param lastOfferId the last offer's number on this stream; 0 before the first
 * @param activeRevision the newest revision whose content the node serves; 0 if none
 * @param wantedRevision the revision it was last assigned
 * @param activeProblems what it cannot serve of the active revision
 */
record NodeRollout(
        SnapshotVersion has,
        Optional<SnapshotVersion> suspect,
        Set<String> features,
        RolloutState state,
        long lastOfferId,
        long activeRevision,
        long wantedRevision,
        List<ReportedProblem> activeProblems) {

    /** What a fresh node has. */
    static final SnapshotVersion NOTHING = new SnapshotVersion(0, 0, GroupSnapshot.EMPTY_DIGEST);

    /** A stream's start, before anything was offered on it. */
    static NodeRollout arrived(
            SnapshotVersion has,
            Optional<SnapshotVersion> suspect,
            Set<String> features,
            List<ReportedProblem> problems) {
        return new NodeRollout(
                has, suspect, features, new RolloutState.Settled(), 0, 0, 0, problems);
    }

    NodeRollout with(RolloutState newState) {
        return new NodeRollout(
                has,
                suspect,
                features,
                newState,
                lastOfferId,
                activeRevision,
                wantedRevision,
                activeProblems);
    }

    NodeRollout wanting(long revision) {
        return new NodeRollout(
                has,
                suspect,
                features,
                state,
                lastOfferId,
                activeRevision,
                revision,
                activeProblems);
    }

    NodeRollout serving(long revision) {
        return new NodeRollout(
                has,
                suspect,
                features,
                state,
                lastOfferId,
                revision,
                wantedRevision,
                activeProblems);
    }

    NodeRollout having(SnapshotVersion version) {
        return new NodeRollout(
                version,
                suspect,
                features,
                state,
                lastOfferId,
                activeRevision,
                wantedRevision,
                activeProblems);
    }

    NodeRollout withProblems(List<ReportedProblem> problems) {
        return new NodeRollout(
                has,
                suspect,
                features,
                state,
                lastOfferId,
                activeRevision,
                wantedRevision,
                problems);
    }

    NodeRollout offered(RolloutState.Offered offered) {
        return new NodeRollout(
                has,
                suspect,
                features,
                offered,
                offered.offerId(),
                activeRevision,
                wantedRevision,
                activeProblems);
    }
}
