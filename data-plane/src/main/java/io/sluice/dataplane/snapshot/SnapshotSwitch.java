package io.sluice.dataplane.snapshot;

import io.sluice.dataplane.cluster.Clusters;
import io.sluice.dataplane.listener.Listeners;
import io.sluice.dataplane.listener.ListenersChange;
import io.sluice.dataplane.net.EventLoops;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * Makes a snapshot live, and makes before it breaks: new clusters are checked, new sockets bound,
 * each loop switched in one task, and only then what left is drained. Called and continued on the
 * config thread, one snapshot at a time.
 */
public final class SnapshotSwitch {
    private static final long CLOSE_MILLIS_MAX = 1_000;

    private final EventLoops loops;
    private final Clusters clusters;
    private final Listeners listeners;
    private final Executor configThread;

    /** A switch between the snapshots of these. */
    public SnapshotSwitch(
            EventLoops loops, Clusters clusters, Listeners listeners, Executor configThread) {
        this.loops = loops;
        this.clusters = clusters;
        this.listeners = listeners;
        this.configThread = configThread;
    }

    /**
     * Applies a snapshot.
     *
     * @param warmed called when everything new is ready and no loop has switched
     * @return completes on the config thread when the last loop has switched and what left accepts
     *     no more; exceptionally by a bug only
     */
    public CompletableFuture<Void> apply(PreparedSnapshot prepared, Runnable warmed) {
        return clusters.warm(prepared.clusters())
                .thenComposeAsync(
                        ready -> listeners.prepare(prepared.snapshot().listeners()), configThread)
                .whenCompleteAsync(
                        (change, failure) -> {
                            if (failure != null) {
                                clusters.discard(prepared.clusters());
                            }
                        },
                        configThread)
                .thenComposeAsync(change -> switchLoops(prepared, change, warmed), configThread);
    }

    private CompletableFuture<Void> switchLoops(
            PreparedSnapshot prepared, ListenersChange change, Runnable warmed) {
        warmed.run();
        return loops.onEach(
                        loop -> {
                            clusters.switchOn(loop, prepared.clusters());
                            listeners.switchOn(loop, change);
                        })
                .thenComposeAsync(switched -> commit(prepared, change), configThread);
    }

    /** What listens goes before what it sends to; a socket that will not close holds up nobody. */
    private CompletableFuture<Void> commit(PreparedSnapshot prepared, ListenersChange change) {
        return listeners
                .commit(change)
                .completeOnTimeout(null, CLOSE_MILLIS_MAX, TimeUnit.MILLISECONDS)
                .thenRunAsync(() -> clusters.commit(prepared.clusters()), configThread);
    }
}
