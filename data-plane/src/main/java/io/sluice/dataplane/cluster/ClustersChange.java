package io.sluice.dataplane.cluster;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;

/** What a snapshot changes about the clusters: prepared, not yet seen by anyone. */
public final class ClustersChange {
    /** A cluster that is new or whose spec is. */
    record Changed(Cluster cluster, ClusterSpec spec) {}

    private final Map<String, Cluster> byName;
    private final Map<String, ClusterSpec> specs;
    private final List<Changed> changed;
    private final List<Cluster> removed;

    // Warmed clusters have something to undo.
    private boolean warmed;

    ClustersChange(
            Map<String, Cluster> byName,
            Map<String, ClusterSpec> specs,
            List<Changed> changed,
            List<Cluster> removed) {
        this.byName = Map.copyOf(byName);
        this.specs = Map.copyOf(specs);
        this.changed = List.copyOf(changed);
        this.removed = List.copyOf(removed);
    }

    /** The cluster of the new snapshot, live already or new; null if it has none of this name. */
    public @Nullable Cluster byName(String name) {
        return byName.get(name);
    }

    Map<String, Cluster> byName() {
        return byName;
    }

    Map<String, ClusterSpec> specs() {
        return specs;
    }

    List<Changed> changed() {
        return changed;
    }

    List<Cluster> removed() {
        return removed;
    }

    boolean warmed() {
        return warmed;
    }

    void markWarmed() {
        warmed = true;
    }
}
