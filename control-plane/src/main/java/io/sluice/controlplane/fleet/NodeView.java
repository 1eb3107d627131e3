package io.sluice.controlplane.fleet;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * One node as the control plane knows it. Immutable.
 *
 * @param name unique in the fleet
 * @param bootId of its process
 * @param labels as the node was started with; sorted by key
 * @param address where its stream comes from, IP:PORT; the last one where it is gone
 * @param adminAddress its admin door, HOST:PORT; empty if it has none
 * @param drainWanted whether the operator wants it drained
 * @param drained true once nothing is in flight any more
 * @param connections open while it drains
 * @param wantedRevision the revision it should serve; 0 while nothing is stored
 * @param activeRevision the newest revision whose content it serves on every event loop; 0 if none
 * @param rejectedRevision the wanted revision, if the node refused it or it is held back from the
 *     node; else 0
 * @param problems of the active revision, of the rejected one, and of the node itself
 * @param connectedSince when the stream was opened
 * @param lastSeen when the node last sent anything
 * @param endpoints health of each endpoint, by cluster and address; empty until first reported
 */
public record NodeView(
        String name,
        String bootId,
        Map<String, String> labels,
        String address,
        String adminAddress,
        String softwareVersion,
        NodeState state,
        boolean drainWanted,
        boolean drained,
        long connections,
        long wantedRevision,
        long activeRevision,
        long rejectedRevision,
        List<ReportedProblem> problems,
        Instant connectedSince,
        Instant lastSeen,
        List<EndpointHealthView> endpoints) {
    /** Whether its stream is open. */
    public boolean connected() {
        return state != NodeState.GONE;
    }

    /** Whether it serves what the revision says; a later revision includes it. */
    public boolean isActive(long revision) {
        return activeRevision >= revision;
    }

    /** Whether it refused the revision, or a later one that includes it. */
    public boolean isRejected(long revision) {
        return !isActive(revision) && rejectedRevision >= revision;
    }
}
