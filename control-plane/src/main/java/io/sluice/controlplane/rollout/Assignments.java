package io.sluice.controlplane.rollout;

import com.google.protobuf.ByteString;

import io.sluice.controlplane.snapshot.GroupSnapshot;
import io.sluice.controlplane.snapshot.OfferMode;
import io.sluice.controlplane.snapshot.SnapshotCache;
import io.sluice.controlplane.snapshot.SnapshotOffer;
import io.sluice.controlplane.snapshot.Snapshots;

import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.Map;

/**
 * What every node should have, asked node by node, and the offers that lead there. Belongs to the
 * rollout loop.
 *
 * <p>All nodes are assigned the newest published snapshots. A node may be assigned others by name,
 * to serve or only to try: snapshots of several revisions live side by side.
 */
final class Assignments {
    private final SnapshotCache cache = new SnapshotCache();
    private final Map<String, OwnTarget> overrides = new HashMap<>();
    private Snapshots published;

    Assignments(Snapshots first) {
        published = first;
    }

    private record OwnTarget(Snapshots snapshots, OfferMode mode) {}

    /** Assigns newer snapshots to every node without an override. */
    void publish(Snapshots snapshots) {
        published = snapshots;
    }

    Snapshots published() {
        return published;
    }

    /** Assigns something of its own to one node. */
    void override(String node, Snapshots snapshots, OfferMode mode) {
        overrides.put(node, new OwnTarget(snapshots, mode));
    }

    /** Lets a node follow the fleet again. */
    void release(String node) {
        overrides.remove(node);
    }

    Assignment of(String node, Map<String, String> labels) {
        @Nullable OwnTarget own = overrides.get(node);
        Snapshots snapshots = own == null ? published : own.snapshots();
        GroupSnapshot snapshot = snapshots.of(snapshots.groupOf(labels));
        cache.remember(snapshot);
        return new Assignment(snapshot, own == null ? OfferMode.APPLY : own.mode());
    }

    /** What leads a node there from the state of a digest. */
    SnapshotOffer offer(ByteString has, Assignment assignment) {
        return cache.offer(has, assignment.snapshot(), assignment.mode());
    }

    /** The same, whatever the node has. */
    SnapshotOffer fullOffer(Assignment assignment) {
        return cache.fullOffer(assignment.snapshot(), assignment.mode());
    }
}
