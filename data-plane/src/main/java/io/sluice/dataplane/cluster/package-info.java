/**
 * Clusters: who can serve a request, who of them gets this one, and the way there.
 *
 * <p>A stream or L4 connection picks a cluster of its split ({@link
 * io.sluice.dataplane.cluster.WeightedClusters}), an endpoint of the cluster on its own loop, and a
 * connection of that loop's pool. A {@link io.sluice.dataplane.cluster.Cluster} is one object per
 * name and outlives snapshots: a changed one keeps the endpoints that stay, with pool, health and
 * load. Each loop sees new endpoints in the task that switches it; health is one volatile read
 * away. Checks and name look-ups of a cluster are driven by one home loop.
 */
@NullMarked
package io.sluice.dataplane.cluster;

import org.jspecify.annotations.NullMarked;
