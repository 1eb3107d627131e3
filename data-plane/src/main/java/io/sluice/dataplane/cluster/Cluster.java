package io.sluice.dataplane.cluster;

import io.sluice.dataplane.cluster.endpoint.Endpoint;
import io.sluice.dataplane.cluster.pool.ConnectionPool;
import io.sluice.dataplane.net.Loop;

import org.jspecify.annotations.Nullable;

/**
 * A live cluster: one object per name, over all snapshots that have the name without a gap.
 * Compiled routes and listeners hold it; what is behind it changes on each loop in the task that
 * switches the loop.
 */
public final class Cluster {
    /** How long a request waits for first checks at most. */
    public static final long FIRST_CHECK_WAIT_NANOS = 1_000_000_000L;

    private final String name;

    Cluster(String name) {
        this.name = name;
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
        throw new UnsupportedOperationException("lands next");
    }

    /**
     * Whether some endpoint was neither found healthy nor unhealthy yet, or a name not yet looked
     * up.
     */
    public boolean awaitsFirstChecks() {
        throw new UnsupportedOperationException("lands next");
    }

    /**
     * Calls back on the loop, never within this call: when an endpoint became healthy, all were
     * checked, or {@link #FIRST_CHECK_WAIT_NANOS} is over, whichever is first. The caller then
     * picks again, once.
     */
    public void whenChecked(Loop loop, Runnable then) {
        throw new UnsupportedOperationException("lands next");
    }

    /**
     * The loop's connections to one of this cluster's endpoints, also one that left since it was
     * picked.
     */
    public ConnectionPool pool(Loop loop, Endpoint endpoint) {
        throw new UnsupportedOperationException("lands next");
    }

    /** Its name, for logs. */
    @Override
    public String toString() {
        return name;
    }
}
