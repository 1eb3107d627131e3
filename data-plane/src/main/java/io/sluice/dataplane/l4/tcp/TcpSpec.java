package io.sluice.dataplane.l4.tcp;

import io.sluice.dataplane.cluster.WeightedClusters;

/**
 * What a TCP listener does with its connections.
 *
 * @param idleTimeoutNanos without a byte either way; 0 for never
 * @param connectionsMax open at once on this node
 */
public record TcpSpec(WeightedClusters clusters, long idleTimeoutNanos, int connectionsMax) {}
