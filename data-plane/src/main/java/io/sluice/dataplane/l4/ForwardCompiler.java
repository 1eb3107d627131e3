package io.sluice.dataplane.l4;

import io.sluice.dataplane.cluster.Cluster;
import io.sluice.dataplane.cluster.WeightedClusters;
import io.sluice.proto.Problems;
import io.sluice.proto.resource.v1.SplitEntry;
import io.sluice.proto.resource.v1.TcpForward;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Compiles where L4 connections and sessions go. Pure. */
public final class ForwardCompiler {
    private static final int AFFINITY_IPV4_BITS = 32;
    private static final int AFFINITY_IPV6_BITS = 64;

    private ForwardCompiler() {}

    /**
     * The clusters of a forward, of the same snapshot.
     *
     * @param clusters the cluster of a name, or null
     * @return null where an error was reported
     */
    public static @Nullable WeightedClusters compile(
            TcpForward forward, Function<String, @Nullable Cluster> clusters, Problems problems) {
        if (forward.getSplitCount() == 0) {
            Cluster cluster = cluster(forward.getCluster(), clusters, problems.at("cluster"));
            return cluster == null ? null : WeightedClusters.only(cluster);
        }
        List<WeightedClusters.Share> shares = new ArrayList<>();
        long sum = 0;
        for (int i = 0; i < forward.getSplitCount(); i++) {
            SplitEntry entry = forward.getSplit(i);
            Cluster cluster =
                    cluster(entry.getCluster(), clusters, problems.at("split", i).at("cluster"));
            sum += entry.getWeight();
            if (cluster != null) {
                shares.add(new WeightedClusters.Share(cluster, entry.getWeight()));
            }
        }
        if (shares.size() < forward.getSplitCount()) {
            return null;
        }
        if (sum == 0) {
            problems.at("split").reject("WEIGHTS_ZERO", "needs a weight above 0");
            return null;
        }
        return WeightedClusters.of(shares);
    }

    /** Which clients stay together; null where each connection or session is chosen anew. */
    public static @Nullable SourceAffinity affinity(TcpForward forward) {
        if (!forward.hasSourceAffinity()) {
            return null;
        }
        var config = forward.getSourceAffinity();
        return new SourceAffinity(
                config.hasIpv4Prefix() ? config.getIpv4Prefix() : AFFINITY_IPV4_BITS,
                config.hasIpv6Prefix() ? config.getIpv6Prefix() : AFFINITY_IPV6_BITS);
    }

    private static @Nullable Cluster cluster(
            String name, Function<String, @Nullable Cluster> clusters, Problems problems) {
        Cluster cluster = clusters.apply(name);
        if (cluster == null) {
            problems.reject("NOT_FOUND", "cluster \"" + name + "\" does not exist");
        }
        return cluster;
    }
}
