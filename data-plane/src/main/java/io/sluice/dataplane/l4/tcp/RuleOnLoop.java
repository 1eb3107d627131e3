package io.sluice.dataplane.l4.tcp;

import io.sluice.dataplane.cluster.Cluster;
import io.sluice.dataplane.cluster.WeightedClusters;
import io.sluice.dataplane.l4.SourceAffinity;
import io.sluice.dataplane.net.Loop;
import io.sluice.dataplane.telemetry.LoopMeters;
import io.sluice.dataplane.telemetry.RouteMeter;

import java.util.HashMap;
import java.util.Map;

/** A rule as one loop applies it: with the meters of its clusters. Of the loop's thread. */
final class RuleOnLoop {
    private final TcpRule rule;
    private final String name;
    private final Map<Cluster, RouteMeter> meters = new HashMap<>();

    RuleOnLoop(String listener, TcpRule rule, LoopMeters loopMeters) {
        this.rule = rule;
        this.name = "listener:" + listener + (rule.name().isEmpty() ? "" : "/" + rule.name());
        for (WeightedClusters.Share share : rule.clusters().shares()) {
            Cluster cluster = share.cluster();
            meters.put(cluster, loopMeters.route("", name, cluster.name()));
        }
    }

    TcpRule rule() {
        return rule;
    }

    /** As statistics and the access log show it: {@code listener:NAME} or with {@code /RULE}. */
    String name() {
        return name;
    }

    /** What counts one of its clusters. */
    RouteMeter meter(Cluster cluster) {
        RouteMeter meter = meters.get(cluster);
        if (meter == null) {
            throw new IllegalStateException(cluster + " is not a cluster of " + name);
        }
        return meter;
    }

    /** The value of a connection's picks: random, or the client's own. */
    long value64(Loop loop, byte[] client) {
        SourceAffinity affinity = rule.affinity();
        return affinity == null ? loop.random64() : affinity.value64(client);
    }
}
