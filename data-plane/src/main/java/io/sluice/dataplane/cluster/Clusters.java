package io.sluice.dataplane.cluster;

import io.sluice.dataplane.cluster.endpoint.EndpointHealth;
import io.sluice.dataplane.net.EventLoops;
import io.sluice.dataplane.net.Loop;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * The live clusters by name. The steps of a change are called by one thread at a time, the
 * snapshot's: prepare, then either warm, switch each loop, commit; or discard.
 */
public final class Clusters implements AutoCloseable {
    /** How long a snapshot waits for the first checks of new endpoints. */
    public static final long WARM_NANOS = 5_000_000_000L;

    private final EventLoops loops;

    /** No clusters yet. */
    public Clusters(EventLoops loops) {
        this.loops = loops;
    }

    /** Finds out what differs; nothing is started and nothing live changes. */
    public ClustersChange prepare(List<ClusterSpec> specs) {
        throw new UnsupportedOperationException("lands next" + loops);
    }

    /**
     * Starts look-ups and checks of what is new; completes when all decided or after {@link
     * #WARM_NANOS}.
     */
    public CompletableFuture<Void> warm(ClustersChange change) {
        throw new UnsupportedOperationException("lands next");
    }

    /** Makes this loop pick from the new endpoints; on the loop. */
    public void switchOn(Loop loop, ClustersChange change) {
        throw new UnsupportedOperationException("lands next");
    }

    /** After the last loop switched: what left stops being checked and finishes what it has. */
    public void commit(ClustersChange change) {
        throw new UnsupportedOperationException("lands next");
    }

    /** Undoes {@link #prepare} and {@link #warm}; no loop may have switched. */
    public void discard(ClustersChange change) {
        throw new UnsupportedOperationException("lands next");
    }

    /** The health of every endpoint of the live clusters, by cluster and address; any thread. */
    public List<EndpointHealth> health() {
        throw new UnsupportedOperationException("lands next");
    }

    /**
     * Tells each change of an endpoint's health, on any loop; set once, before the first change.
     */
    public void onHealthChange(Consumer<EndpointHealth> listener) {
        throw new UnsupportedOperationException("lands next");
    }

    /** Stops checks and look-ups. */
    @Override
    public void close() {}
}
