package io.sluice.dataplane.l4.tcp;

import io.sluice.dataplane.cluster.WeightedClusters;

import java.util.List;

/**
 * What a TCP listener does with its connections.
 *
 * @param rules the first that matches takes a connection
 * @param idleTimeoutNanos without a byte either way; 0 for never
 * @param connectionsMax open at once on this node
 */
public record TcpSpec(List<TcpRule> rules, long idleTimeoutNanos, int connectionsMax) {
    public TcpSpec {
        rules = List.copyOf(rules);
    }

    /** All connections to these. */
    public TcpSpec(WeightedClusters clusters, long idleTimeoutNanos, int connectionsMax) {
        this(List.of(TcpRule.everything(clusters)), idleTimeoutNanos, connectionsMax);
    }
}
