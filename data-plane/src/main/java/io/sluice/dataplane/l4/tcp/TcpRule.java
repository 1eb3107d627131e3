package io.sluice.dataplane.l4.tcp;

import io.sluice.dataplane.cluster.WeightedClusters;
import io.sluice.dataplane.l4.SourceAffinity;

import org.jspecify.annotations.Nullable;

/**
 * Where some connections of a TCP listener go; immutable.
 *
 * @param name empty where the listener has no rules
 * @param affinity null where each connection is chosen anew
 * @param samePort whether endpoints are connected to at the port that the client came to
 */
public record TcpRule(
        String name,
        TcpMatch match,
        WeightedClusters clusters,
        @Nullable SourceAffinity affinity,
        boolean samePort) {
    /** The one rule of a listener without rules. */
    public static TcpRule everything(WeightedClusters clusters) {
        return new TcpRule("", TcpMatch.EVERY, clusters, null, false);
    }
}
