package io.sluice.dataplane.cluster;

import io.sluice.dataplane.cluster.endpoint.Endpoint;
import io.sluice.dataplane.cluster.endpoint.EndpointHealth;
import io.sluice.dataplane.cluster.health.ProbeSlots;
import io.sluice.dataplane.cluster.resolve.HostLookup;
import io.sluice.dataplane.cluster.resolve.HostResolver;
import io.sluice.dataplane.net.EventLoops;
import io.sluice.dataplane.net.Loop;
import io.sluice.dataplane.net.PerLoop;
import io.sluice.dataplane.telemetry.LoopMeters;

import org.jspecify.annotations.Nullable;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The live clusters by name. The steps of a change are called by one thread at a time, the
 * snapshot's: prepare, then either warm, switch each loop, commit; or discard.
 */
public final class Clusters implements AutoCloseable {
    /** How long a snapshot waits for the first checks of new endpoints. */
    public static final long WARM_NANOS = 5_000_000_000L;

    /**
     * The same where nothing is served yet, as after a restart: to wait longer would only be to
     * refuse for longer, and requests wait for the first checks by themselves.
     */
    public static final long START_WARM_NANOS = 500_000_000L;

    private final ClustersContext context;
    private volatile @Nullable Consumer<EndpointHealth> healthListener;
    private volatile EndpointWatcher watcher = EndpointWatcher.NONE;

    // Replaced as a whole by the snapshot's thread.
    private volatile Map<String, Cluster> live = Map.of();
    private Map<String, ClusterSpec> liveSpecs = Map.of();

    /** No clusters yet. */
    public Clusters(
            EventLoops loops, PerLoop<LoopMeters> meters, HostLookup lookup, InstantSource clock) {
        this.context =
                new ClustersContext(
                        loops,
                        meters,
                        PerLoop.create(loops, loop -> new ProbeSlots()),
                        new HostResolver(lookup),
                        clock,
                        this::healthChanged,
                        new Watchers());
    }

    /** Finds out what differs; nothing is started and nothing live changes. */
    public ClustersChange prepare(List<ClusterSpec> specs) {
        Map<String, Cluster> byName = new HashMap<>();
        Map<String, ClusterSpec> nextSpecs = new HashMap<>();
        List<ClustersChange.Changed> changed = new ArrayList<>();
        for (ClusterSpec spec : specs) {
            Cluster known = live.get(spec.name());
            Cluster cluster = known == null ? new Cluster(spec.name(), context) : known;
            byName.put(spec.name(), cluster);
            nextSpecs.put(spec.name(), spec);
            if (!spec.equals(liveSpecs.get(spec.name()))) {
                changed.add(new ClustersChange.Changed(cluster, spec));
            }
        }
        List<Cluster> removed = new ArrayList<>();
        live.forEach(
                (name, cluster) -> {
                    if (!byName.containsKey(name)) {
                        removed.add(cluster);
                    }
                });
        return new ClustersChange(byName, nextSpecs, changed, removed);
    }

    /**
     * Starts look-ups and checks of what is new; completes when all decided or after {@link
     * #WARM_NANOS}, {@link #START_WARM_NANOS} while there are no clusters yet.
     */
    public CompletableFuture<Void> warm(ClustersChange change) {
        change.markWarmed();
        List<CompletableFuture<Void>> sets = new ArrayList<>();
        List<CompletableFuture<Void>> decided = new ArrayList<>();
        for (ClustersChange.Changed changed : change.changed()) {
            ClusterMembers.Prepared prepared = changed.cluster().members().prepare(changed.spec());
            sets.add(prepared.set());
            decided.add(prepared.decided());
        }
        CompletableFuture<Void> allDecided =
                CompletableFuture.allOf(decided.toArray(CompletableFuture[]::new))
                        .completeOnTimeout(
                                null,
                                live.isEmpty() ? START_WARM_NANOS : WARM_NANOS,
                                TimeUnit.NANOSECONDS);
        return CompletableFuture.allOf(sets.toArray(CompletableFuture[]::new))
                .thenCompose(ready -> allDecided);
    }

    /** Makes this loop pick from the new endpoints; on the loop, after {@link #warm} completed. */
    public void switchOn(Loop loop, ClustersChange change) {
        for (ClustersChange.Changed changed : change.changed()) {
            Cluster cluster = changed.cluster();
            cluster.on(loop).use(cluster.members().pendingSet());
        }
    }

    /** After the last loop switched: what left stops being checked and finishes what it has. */
    public void commit(ClustersChange change) {
        for (ClustersChange.Changed changed : change.changed()) {
            changed.cluster().members().commit();
        }
        live = change.byName();
        liveSpecs = change.specs();
        for (Cluster cluster : change.removed()) {
            cluster.members().stop();
            for (Loop loop : context.loops().all()) {
                loop.execute(cluster.on(loop)::retire);
            }
        }
    }

    /** Undoes {@link #prepare} and {@link #warm}; no loop may have switched. */
    public void discard(ClustersChange change) {
        if (!change.warmed()) {
            return;
        }
        for (ClustersChange.Changed changed : change.changed()) {
            changed.cluster().members().discard();
        }
    }

    /** The live cluster of a name, as committed; null if there is none. Any thread. */
    public @Nullable Cluster live(String name) {
        return live.get(name);
    }

    /** The health of every endpoint of the live clusters, by cluster; any thread. */
    public List<EndpointHealth> health() {
        return live.values().stream()
                .sorted(Comparator.comparing(Cluster::name))
                .flatMap(cluster -> cluster.health().stream())
                .toList();
    }

    /**
     * Tells each change of an endpoint's health, on any loop; set once, before the first change.
     */
    public void onHealthChange(Consumer<EndpointHealth> listener) {
        healthListener = listener;
    }

    /** Tells which endpoints leave, on each loop; set once, before the first change. */
    public void onLeave(EndpointWatcher wanted) {
        watcher = wanted;
    }

    /** Whoever is set by then. */
    private final class Watchers implements EndpointWatcher {
        @Override
        public void left(Loop loop, Endpoint endpoint, LeaveSpec how) {
            watcher.left(loop, endpoint, how);
        }

        @Override
        public void back(Loop loop, Endpoint endpoint) {
            watcher.back(loop, endpoint);
        }
    }

    private void healthChanged(Endpoint endpoint) {
        Consumer<EndpointHealth> listener = healthListener;
        if (listener != null) {
            listener.accept(endpoint.health());
        }
    }

    /** Stops checks and look-ups. */
    @Override
    public void close() {
        live.values().forEach(cluster -> cluster.members().stop());
        context.resolver().close();
    }
}
