package io.sluice.dataplane.cluster;

import io.sluice.dataplane.cluster.endpoint.Endpoint;
import io.sluice.dataplane.cluster.endpoint.EndpointHealth;
import io.sluice.dataplane.cluster.endpoint.UpstreamProtocol;
import io.sluice.dataplane.cluster.pool.ConnectionPool;
import io.sluice.dataplane.net.Loop;
import io.sluice.dataplane.net.PerLoop;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A live cluster: one object per name, over all snapshots that have the name without a gap.
 * Compiled routes and listeners hold it; what is behind it changes on each loop in the task that
 * switches the loop.
 */
public final class Cluster {
    /** How long a request waits for first checks at most. */
    public static final long FIRST_CHECK_WAIT_NANOS = 1_000_000_000L;

    private final String name;
    private final PerLoop<ClusterOnLoop> onLoop;
    private final ClusterMembers members;

    Cluster(String name, ClustersContext context) {
        this.name = name;
        // Written by the loops that check, read by all: a pick sees that its balancer is out of
        // date.
        var healthChanges = new AtomicInteger();
        this.onLoop =
                PerLoop.create(
                        context.loops(),
                        loop ->
                                new ClusterOnLoop(
                                        context.loops(),
                                        loop,
                                        context.meters().at(loop),
                                        healthChanges,
                                        context.watcher()));
        this.members = new ClusterMembers(name, context, onLoop, healthChanges);
    }

    /** Its name. */
    public String name() {
        return name;
    }

    /**
     * The endpoint for a new user, on the loop.
     *
     * @param value64 random bits, or a hash where users shall stay; may be what picked the cluster
     * @param avoid the endpoint that just failed; picked only if it is the only one left
     * @return null if none is healthy; if {@link #awaitsFirstChecks}, that may change soon
     */
    public @Nullable Endpoint pick(Loop loop, long value64, @Nullable Endpoint avoid) {
        return onLoop.at(loop).pick(value64, avoid);
    }

    /**
     * The endpoint for a user that shall stay: the same for a value, on every loop and node, while
     * that endpoint is healthy; on the loop.
     *
     * @param hash64 of the user; may be what picked the cluster
     * @param avoid the endpoint that just failed; picked only if it is the only one left
     * @return as {@link #pick}
     */
    public @Nullable Endpoint pickSticky(Loop loop, long hash64, @Nullable Endpoint avoid) {
        return onLoop.at(loop).pickSticky(hash64, avoid);
    }

    /**
     * Whether some endpoint was neither found healthy nor unhealthy yet, or a name not yet looked
     * up; on the loop.
     */
    public boolean awaitsFirstChecks(Loop loop) {
        return onLoop.at(loop).awaitsFirstChecks();
    }

    /**
     * Calls back on the loop, never within this call: when an endpoint became healthy, all were
     * checked, or {@link #FIRST_CHECK_WAIT_NANOS} is over, whichever is first. The caller then
     * picks again, once.
     */
    public void whenChecked(Loop loop, Runnable then) {
        onLoop.at(loop).whenChecked(then);
    }

    /**
     * The loop's connections to one of this cluster's endpoints, also one that left since it was
     * picked.
     */
    public ConnectionPool pool(Loop loop, Endpoint endpoint) {
        return onLoop.at(loop).pool(endpoint);
    }

    /** What its endpoints speak to HTTP requests, on the loop. */
    public UpstreamProtocol protocol(Loop loop) {
        return onLoop.at(loop).protocol();
    }

    /** The health of its endpoints, in configured order; any thread. */
    public List<EndpointHealth> health() {
        return members.endpoints().stream().map(Endpoint::health).toList();
    }

    ClusterMembers members() {
        return members;
    }

    ClusterOnLoop on(Loop loop) {
        return onLoop.at(loop);
    }

    /**
     * Whether someone is at an endpoint.
     *
     * @param to where they go; null while that is not decided
     * @param at the endpoint; null while there is none
     * @param cluster the name wanted, empty for any
     * @param upstream the {@code ip:port} wanted, empty for any
     */
    public static boolean isAt(
            @Nullable Cluster to, @Nullable Endpoint at, String cluster, String upstream) {
        return (cluster.isEmpty() || (to != null && to.name.equals(cluster)))
                && (upstream.isEmpty() || (at != null && at.addressText().equals(upstream)));
    }

    /** Its name, for logs. */
    @Override
    public String toString() {
        return name;
    }
}
