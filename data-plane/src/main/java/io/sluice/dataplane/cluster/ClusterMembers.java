package io.sluice.dataplane.cluster;

import io.sluice.dataplane.cluster.endpoint.Endpoint;
import io.sluice.dataplane.cluster.endpoint.EndpointSpec;
import io.sluice.dataplane.cluster.endpoint.Health;
import io.sluice.dataplane.cluster.health.HealthCheckSpec;
import io.sluice.dataplane.cluster.health.HealthChecker;
import io.sluice.dataplane.cluster.pool.PoolOptions;
import io.sluice.dataplane.cluster.resolve.ResolvedHost;
import io.sluice.dataplane.net.Loop;
import io.sluice.dataplane.net.PerLoop;
import io.sluice.proto.HostPort;

import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Who belongs to a cluster: looks its names up, keeps its endpoints and their checks, and makes the
 * sets that the loops pick from. Of the cluster's home loop, but for what says otherwise.
 *
 * <p>While a change is being prepared there are two versions, active and pending; an endpoint of
 * either is kept and checked.
 */
final class ClusterMembers {
    private static final class Member {
        final Endpoint endpoint;
        @Nullable HealthChecker checker;

        Member(Endpoint endpoint) {
            this.endpoint = endpoint;
        }
    }

    private record Version(long generation, ClusterSpec spec) {}

    private final String name;
    private final ClustersContext context;
    private final PerLoop<ClusterOnLoop> onLoop;
    private final AtomicInteger healthChanges;
    private final Loop home;
    private final Map<String, ResolvedHost> hosts = new HashMap<>();
    private final Map<InetSocketAddress, Member> members = new HashMap<>();
    private @Nullable Version active;
    private @Nullable Version pending;
    private @Nullable CompletableFuture<Void> pendingDecided;
    private long generations;
    private long sequences;

    // Read by the loops that switch, and by whoever asks for health.
    private volatile EndpointSet pendingSet = EndpointSet.NONE;
    private volatile List<Endpoint> endpoints = List.of();

    ClusterMembers(
            String name,
            ClustersContext context,
            PerLoop<ClusterOnLoop> onLoop,
            AtomicInteger healthChanges) {
        this.name = name;
        this.context = context;
        this.onLoop = onLoop;
        this.healthChanges = healthChanges;
        this.home = context.loops().at(Math.floorMod(name.hashCode(), context.loops().count()));
    }

    /** The active endpoints; any thread. */
    List<Endpoint> endpoints() {
        return endpoints;
    }

    /** The set for a loop that switches, after {@link #prepare}; any thread. */
    EndpointSet pendingSet() {
        return pendingSet;
    }

    /**
     * Starts look-ups and checks of a new version; any thread.
     *
     * @return completes when {@link #pendingSet} is there and everyone in it was looked up and
     *     checked once
     */
    Prepared prepare(ClusterSpec spec) {
        var set = new CompletableFuture<Void>();
        var decided = new CompletableFuture<Void>();
        home.execute(
                () -> {
                    pending = new Version(++generations, spec);
                    pendingDecided = decided;
                    refresh();
                    set.complete(null);
                });
        return new Prepared(set, decided);
    }

    /**
     * @param set completes when the set is there, with what is known so far
     * @param decided completes when nothing in it is unknown any more
     */
    record Prepared(CompletableFuture<Void> set, CompletableFuture<Void> decided) {}

    /** The pending version is the active one: every loop has switched. Any thread. */
    void commit() {
        home.execute(
                () -> {
                    active = pending;
                    pending = null;
                    pendingDecided = null;
                    refresh();
                });
    }

    /** The pending version is none. Any thread. */
    void discard() {
        home.execute(
                () -> {
                    pending = null;
                    pendingDecided = null;
                    refresh();
                });
    }

    /**
     * The cluster left: checks and look-ups end, the loops keep what they pick from. Any thread.
     */
    void stop() {
        home.execute(
                () -> {
                    active = null;
                    pending = null;
                    hosts.values().forEach(ResolvedHost::stop);
                    hosts.clear();
                    members.values().forEach(ClusterMembers::stopChecks);
                    members.clear();
                    endpoints = List.of();
                });
    }

    /** Brings hosts, members, checks and sets in line with the versions there are. */
    private void refresh() {
        lookUpHosts();
        Set<InetSocketAddress> wanted = new HashSet<>();
        Version nowActive = active;
        Version nowPending = pending;
        EndpointSet activeSet = nowActive == null ? null : set(nowActive, wanted);
        EndpointSet nextPendingSet =
                nowPending == null ? EndpointSet.NONE : set(nowPending, wanted);
        dropMembers(wanted);
        checkMembers(activeSet);
        pendingSet = nextPendingSet;
        if (activeSet != null) {
            endpoints = activeSet.endpoints();
            context.loops()
                    .all()
                    .forEach(loop -> loop.execute(() -> onLoop.at(loop).update(activeSet)));
        }
        checkDecided();
    }

    private void lookUpHosts() {
        Set<String> wanted = new HashSet<>();
        addNames(active, wanted);
        addNames(pending, wanted);
        Iterator<Map.Entry<String, ResolvedHost>> known = hosts.entrySet().iterator();
        while (known.hasNext()) {
            Map.Entry<String, ResolvedHost> entry = known.next();
            if (!wanted.contains(entry.getKey())) {
                entry.getValue().stop();
                known.remove();
            }
        }
        for (String host : wanted) {
            if (!hosts.containsKey(host)) {
                var resolved = new ResolvedHost(home, context.resolver(), host, this::refresh);
                hosts.put(host, resolved);
                resolved.start();
            }
        }
    }

    private static void addNames(@Nullable Version version, Set<String> names) {
        if (version == null) {
            return;
        }
        for (EndpointSpec endpoint : version.spec().endpoints()) {
            if (!endpoint.address().isIp()) {
                names.add(endpoint.address().host());
            }
        }
    }

    private EndpointSet set(Version version, Set<InetSocketAddress> wanted) {
        ClusterSpec spec = version.spec();
        Map<Endpoint, Integer> weights = new LinkedHashMap<>();
        Set<Endpoint> drained = new HashSet<>();
        boolean namesPending = false;
        for (EndpointSpec endpointSpec : spec.endpoints()) {
            HostPort address = endpointSpec.address();
            ResolvedHost host = hosts.get(address.host());
            if (host != null && !host.decided()) {
                namesPending = true;
            }
            for (InetAddress ip : host == null ? ipOf(address) : host.addresses()) {
                var socketAddress = new InetSocketAddress(ip, address.port());
                wanted.add(socketAddress);
                Member member = members.computeIfAbsent(socketAddress, at -> newMember(at, spec));
                // Two names of one address: the first one's weight counts.
                int weight = endpointSpec.drain() ? 0 : endpointSpec.weight();
                if (weights.putIfAbsent(member.endpoint, weight) == null && endpointSpec.drain()) {
                    drained.add(member.endpoint);
                }
            }
        }
        return new EndpointSet(
                version.generation(),
                ++sequences,
                List.copyOf(weights.keySet()),
                Map.copyOf(weights),
                Set.copyOf(drained),
                spec.policy(),
                new PoolOptions(
                        spec.connectTimeoutMillis(),
                        spec.idle(),
                        spec.tls(),
                        spec.protocol(),
                        spec.proxy(),
                        spec.sockets()),
                spec.leaving(),
                namesPending);
    }

    private static List<InetAddress> ipOf(HostPort address) {
        return address.address().map(List::of).orElse(List.of());
    }

    private Member newMember(InetSocketAddress address, ClusterSpec spec) {
        Health first = spec.healthCheck() == null ? Health.HEALTHY : Health.UNKNOWN;
        return new Member(
                new Endpoint(
                        name, address, context.loops().count(), first, context.clock().instant()));
    }

    private void dropMembers(Set<InetSocketAddress> wanted) {
        Iterator<Map.Entry<InetSocketAddress, Member>> each = members.entrySet().iterator();
        while (each.hasNext()) {
            Map.Entry<InetSocketAddress, Member> entry = each.next();
            if (!wanted.contains(entry.getKey())) {
                stopChecks(entry.getValue());
                each.remove();
            }
        }
    }

    // An endpoint of both versions is checked as the active one says until that is gone.
    private void checkMembers(@Nullable EndpointSet activeSet) {
        Version nowActive = active;
        Version nowPending = pending;
        for (Member member : members.values()) {
            boolean inActive = activeSet != null && activeSet.contains(member.endpoint);
            Version version = inActive ? nowActive : nowPending;
            if (version != null) {
                checkMember(member, version.spec().healthCheck());
            }
        }
    }

    private void checkMember(Member member, @Nullable HealthCheckSpec wanted) {
        HealthChecker current = member.checker;
        if (wanted == null) {
            stopChecks(member);
            if (!member.endpoint.healthy()) {
                member.endpoint.decide(Health.HEALTHY, context.clock().instant(), "");
                healthChanged(member.endpoint);
            }
            return;
        }
        if (current != null && current.spec().equals(wanted)) {
            return;
        }
        stopChecks(member);
        Loop loop =
                context.loops()
                        .at(
                                Math.floorMod(
                                        member.endpoint.address().hashCode(),
                                        context.loops().count()));
        var checker =
                new HealthChecker(
                        context.loops(),
                        loop,
                        context.probeSlots().at(loop),
                        member.endpoint,
                        wanted,
                        context.clock(),
                        this::healthChanged);
        member.checker = checker;
        checker.start();
    }

    private static void stopChecks(Member member) {
        HealthChecker checker = member.checker;
        if (checker != null) {
            checker.stop();
            member.checker = null;
        }
    }

    /** On any loop. */
    private void healthChanged(Endpoint endpoint) {
        healthChanges.incrementAndGet();
        context.onHealthChange().accept(endpoint);
        for (Loop loop : context.loops().all()) {
            if (onLoop.at(loop).waitedFor()) {
                loop.execute(onLoop.at(loop)::wake);
            }
        }
        home.execute(this::checkDecided);
    }

    private void checkDecided() {
        CompletableFuture<Void> waiting = pendingDecided;
        if (waiting != null && !pendingSet.undecided()) {
            pendingDecided = null;
            waiting.complete(null);
        }
    }
}
