package io.sluice.dataplane.cluster;

import io.sluice.dataplane.cluster.balancer.Balancer;
import io.sluice.dataplane.cluster.balancer.Balancers;
import io.sluice.dataplane.cluster.balancer.Candidate;
import io.sluice.dataplane.cluster.balancer.Rendezvous;
import io.sluice.dataplane.cluster.endpoint.Endpoint;
import io.sluice.dataplane.cluster.endpoint.UpstreamProtocol;
import io.sluice.dataplane.cluster.pool.ConnectionPool;
import io.sluice.dataplane.net.EventLoops;
import io.sluice.dataplane.net.Loop;
import io.sluice.dataplane.telemetry.LoopMeters;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A cluster as one loop sees it: its endpoints, whose turn it is, its connections. Of the loop's
 * thread.
 */
final class ClusterOnLoop {
    private final EventLoops loops;
    private final Loop loop;
    private final LoopMeters meters;
    private final AtomicInteger healthChanges;
    private final FirstCheckWaiters waiters;
    private final Map<Endpoint, ConnectionPool> pools = new HashMap<>();
    private final EndpointWatcher watcher;
    private EndpointSet set = EndpointSet.NONE;
    private boolean retired;

    // Built from the set and the endpoints' health as of so many changes; null if nobody may be
    // picked.
    private @Nullable Balancer balancer;
    private List<Candidate> candidates = List.of();

    // Made of the candidates by the first user that shall stay.
    private @Nullable Rendezvous rendezvous;
    private int healthChangesSeen;

    ClusterOnLoop(
            EventLoops loops,
            Loop loop,
            LoopMeters meters,
            AtomicInteger healthChanges,
            EndpointWatcher watcher) {
        this.loops = loops;
        this.loop = loop;
        this.meters = meters;
        this.healthChanges = healthChanges;
        this.watcher = watcher;
        this.waiters = new FirstCheckWaiters(loop);
    }

    /** Takes a set of a new version of the spec. */
    void use(EndpointSet next) {
        assert loop.inEventLoop();
        EndpointSet before = set;
        set = next;
        Iterator<ConnectionPool> each = pools.values().iterator();
        while (each.hasNext()) {
            ConnectionPool pool = each.next();
            if (next.contains(pool.endpoint())) {
                pool.changeOptions(next.poolOptions());
            } else {
                pool.retire();
                each.remove();
            }
        }
        rebuild();
        wake();
        tellWhoLeft(before, next);
    }

    private void tellWhoLeft(EndpointSet before, EndpointSet next) {
        for (Endpoint endpoint : before.endpoints()) {
            if (next.left(endpoint, before)) {
                watcher.left(loop, endpoint, next.leaving(endpoint));
            }
        }
        for (Endpoint endpoint : next.endpoints()) {
            if (next.weight(endpoint) > 0 && before.weight(endpoint) == 0) {
                watcher.back(loop, endpoint);
            }
        }
    }

    /** Takes a set of the version in use, unless it is older. */
    void update(EndpointSet next) {
        if (next.generation() == set.generation() && next.sequence() > set.sequence()) {
            use(next);
        }
    }

    /** The cluster left: what is under way may still pick, but nothing is kept idle any more. */
    void retire() {
        retired = true;
        set.endpoints().forEach(endpoint -> watcher.left(loop, endpoint, set.leaving(endpoint)));
        pools.values().forEach(ConnectionPool::retire);
    }

    @Nullable Endpoint pick(long value64, @Nullable Endpoint avoid) {
        assert loop.inEventLoop();
        if (healthChangesSeen != healthChanges.get()) {
            rebuild();
        }
        Balancer current = balancer;
        // The same bits may have picked the cluster; mixed, they say nothing about that any more.
        return current == null ? null : current.pick(loop, Loop.mix64(value64), avoid);
    }

    @Nullable Endpoint pickSticky(long hash64, @Nullable Endpoint avoid) {
        assert loop.inEventLoop();
        if (healthChangesSeen != healthChanges.get()) {
            rebuild();
        }
        if (candidates.isEmpty()) {
            return null;
        }
        Rendezvous current = rendezvous;
        if (current == null) {
            current = new Rendezvous(candidates);
            rendezvous = current;
        }
        return current.pick(loop, Loop.mix64(hash64), avoid);
    }

    private void rebuild() {
        // Before the look at the endpoints: a change in between is seen again.
        healthChangesSeen = healthChanges.get();
        List<Candidate> found = new ArrayList<>(set.endpoints().size());
        for (Endpoint endpoint : set.endpoints()) {
            int weight = set.weight(endpoint);
            if (weight > 0 && endpoint.healthy()) {
                found.add(new Candidate(endpoint, weight));
            }
        }
        candidates = found;
        rendezvous = null;
        balancer =
                candidates.isEmpty()
                        ? null
                        : Balancers.create(set.policy(), candidates, loop::random64);
        if (set.poolOptions().idle().ready() > 0 && !retired) {
            candidates.forEach(candidate -> pool(candidate.endpoint()).openReady());
        }
    }

    boolean awaitsFirstChecks() {
        return set.undecided();
    }

    void whenChecked(Runnable then) {
        waiters.add(then);
        wake();
    }

    /** Whether anyone waits for checks; any thread, a moment late at most. */
    boolean waitedFor() {
        return waiters.waiting();
    }

    /** Lets those go on who wait, if there is something to pick or nothing to wait for. */
    void wake() {
        if (!waiters.waiting()) {
            return;
        }
        if (healthChangesSeen != healthChanges.get()) {
            rebuild();
        }
        if (balancer != null || !set.undecided()) {
            waiters.wakeAll();
        }
    }

    UpstreamProtocol protocol() {
        return set.poolOptions().protocol();
    }

    ConnectionPool pool(Endpoint endpoint) {
        ConnectionPool known = pools.get(endpoint);
        if (known != null) {
            return known;
        }
        var pool =
                new ConnectionPool(
                        loops,
                        loop,
                        endpoint,
                        set.poolOptions(),
                        meters.endpoint(endpoint.cluster(), endpoint.addressText()));
        if (retired || !set.contains(endpoint)) {
            pool.retire();
        } else {
            pools.put(endpoint, pool);
        }
        return pool;
    }
}
