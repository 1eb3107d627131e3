package io.sluice.dataplane.snapshot;

import io.sluice.dataplane.cluster.ClusterSpec;
import io.sluice.dataplane.listener.ListenerSpec;

import java.util.List;

/** Everything a node shall serve at one version, compiled. Immutable. */
public record Snapshot(
        SnapshotVersion version, List<ClusterSpec> clusters, List<ListenerSpec> listeners) {
    public Snapshot {
        clusters = List.copyOf(clusters);
        listeners = List.copyOf(listeners);
    }
}
