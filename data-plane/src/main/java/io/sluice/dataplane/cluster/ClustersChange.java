package io.sluice.dataplane.cluster;

import org.jspecify.annotations.Nullable;

import java.util.Map;

/** What a snapshot changes about the clusters: prepared, not yet seen by anyone. */
public final class ClustersChange {
    private final Map<String, Cluster> byName;

    ClustersChange(Map<String, Cluster> byName) {
        this.byName = byName;
    }

    /** The cluster of the new snapshot, live already or new; null if it has none of this name. */
    public @Nullable Cluster byName(String name) {
        return byName.get(name);
    }
}
