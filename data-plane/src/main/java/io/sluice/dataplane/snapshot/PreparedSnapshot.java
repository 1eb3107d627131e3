package io.sluice.dataplane.snapshot;

import io.sluice.dataplane.cluster.ClustersChange;

/**
 * A snapshot that was compiled and touches nothing live yet. It is either applied and then kept, or
 * discarded.
 *
 * @param clusters what it changes about the clusters
 * @param parts what the compilation after it need not do again
 */
public record PreparedSnapshot(Snapshot snapshot, ClustersChange clusters, CompiledParts parts) {}
