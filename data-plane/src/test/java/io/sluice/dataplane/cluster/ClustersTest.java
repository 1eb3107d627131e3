package io.sluice.dataplane.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import static java.util.Objects.requireNonNull;

import io.sluice.dataplane.cluster.balancer.Policy;
import io.sluice.dataplane.cluster.endpoint.Endpoint;
import io.sluice.dataplane.cluster.endpoint.EndpointHealth;
import io.sluice.dataplane.cluster.endpoint.EndpointSpec;
import io.sluice.dataplane.cluster.endpoint.Health;
import io.sluice.dataplane.cluster.health.HealthCheckSpec;
import io.sluice.dataplane.cluster.health.Probe;
import io.sluice.dataplane.cluster.pool.ConnectionPool;
import io.sluice.dataplane.net.EventLoops;
import io.sluice.dataplane.net.HeldPort;
import io.sluice.dataplane.net.Loop;
import io.sluice.dataplane.net.PerLoop;
import io.sluice.dataplane.net.TestTransport;
import io.sluice.dataplane.telemetry.LoopMeters;
import io.sluice.proto.HostPort;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

class ClustersTest {
    /** Once: nobody accepts what it connects to. */
    private static final HealthCheckSpec TCP_CHECK =
            new HealthCheckSpec(new Probe.Tcp(), 3_600_000_000_000L, 60_000_000_000L, 1, 1);

    // When time stands still; 0 where it passes.
    private volatile long stoodNanos;
    private final EventLoops loops = EventLoops.open(TestTransport.get(), 2, this::nanoTime);
    private final CountDownLatch nameAnswers = new CountDownLatch(1);
    private final Clusters clusters =
            new Clusters(
                    loops,
                    PerLoop.create(loops, loop -> new LoopMeters(loop::execute, 100)),
                    this::lookUp,
                    InstantSource.system());

    private long nanoTime() {
        long stood = stoodNanos;
        return stood == 0 ? System.nanoTime() : stood;
    }

    private InetAddress[] lookUp(String host) throws UnknownHostException {
        if (host.equals("two.example")) {
            return new InetAddress[] {
                InetAddress.ofLiteral("10.1.0.2"),
                InetAddress.ofLiteral("10.1.0.1"),
                InetAddress.ofLiteral("10.1.0.2")
            };
        }
        if (host.equals("slow.example")) {
            try {
                nameAnswers.await();
            } catch (InterruptedException e) {
                throw new UnknownHostException(host);
            }
            return new InetAddress[] {InetAddress.ofLiteral("10.1.0.9")};
        }
        throw new UnknownHostException(host);
    }

    @AfterEach
    void close() {
        nameAnswers.countDown();
        clusters.close();
        loops.close();
    }

    @Test
    void keepsTheObjectsOfWhatStaysInAChangedCluster() throws Exception {
        Cluster cluster = apply(spec("c", "10.0.0.1:80", "10.0.0.2:80"));
        Loop loop = loops.at(1);
        Map<String, Endpoint> before = picked(cluster, loop);
        assertThat(before).containsOnlyKeys("10.0.0.1:80", "10.0.0.2:80");
        Endpoint stays = requireNonNull(before.get("10.0.0.2:80"));
        ConnectionPool pool = on(loop, () -> cluster.pool(loop, stays));

        Cluster changed = apply(spec("c", "10.0.0.2:80", "10.0.0.3:80"));
        assertThat(changed).isSameAs(cluster);
        Map<String, Endpoint> after = picked(cluster, loop);
        assertThat(after).containsOnlyKeys("10.0.0.2:80", "10.0.0.3:80");
        assertThat(after.get("10.0.0.2:80")).isSameAs(stays);
        assertThat(on(loop, () -> cluster.pool(loop, stays))).isSameAs(pool);
        assertThat(clusters.health())
                .extracting(EndpointHealth::address)
                .containsExactly("10.0.0.2:80", "10.0.0.3:80");
    }

    @Test
    void changesNothingBeforeALoopIsSwitchedNorAfterADiscard() throws Exception {
        Cluster cluster = apply(spec("c", "10.0.0.1:80"));
        ClustersChange change = clusters.prepare(List.of(spec("c", "10.0.0.2:80"), spec("d")));
        clusters.warm(change).get(60, TimeUnit.SECONDS);
        assertThat(picked(cluster, loops.at(0))).containsOnlyKeys("10.0.0.1:80");
        clusters.discard(change);
        assertThat(clusters.live("d")).isNull();
        assertThat(picked(cluster, loops.at(0))).containsOnlyKeys("10.0.0.1:80");
        apply(spec("c", "10.0.0.3:80"));
        assertThat(picked(cluster, loops.at(0))).containsOnlyKeys("10.0.0.3:80");
    }

    @Test
    void keepsARemovedClusterPickableForWhoStillHoldsIt() throws Exception {
        Cluster cluster = apply(spec("c", "10.0.0.1:80"));
        apply(spec("d"));
        assertThat(clusters.live("c")).isNull();
        assertThat(picked(cluster, loops.at(0))).containsOnlyKeys("10.0.0.1:80");
        assertThat(clusters.health()).isEmpty();
    }

    @Test
    void makesOneEndpointOfEachAddressOfAName() throws Exception {
        Cluster cluster = apply(spec("c", "two.example:80", "10.1.0.1:80", "gone.example:80"));
        // It may be switched to before all names are known.
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (on(loops.at(0), () -> cluster.awaitsFirstChecks(loops.at(0)))) {
            assertThat(System.nanoTime()).isLessThan(deadline);
        }
        assertThat(picked(cluster, loops.at(0))).containsOnlyKeys("10.1.0.1:80", "10.1.0.2:80");
    }

    @Test
    void waitsForTheFirstCheckOfNewEndpoints() throws Exception {
        try (var up = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
                var refusing = new HeldPort()) {
            BlockingQueue<EndpointHealth> changes = new LinkedBlockingQueue<>();
            clusters.onHealthChange(changes::add);
            String alive = "127.0.0.1:" + up.getLocalPort();
            String dead = refusing.address();
            Cluster cluster = apply(checked("c", alive, dead));
            // Warm means: both were decided, and only one of them can be picked.
            assertThat(List.of(changes.take().health(), changes.take().health()))
                    .containsExactlyInAnyOrder(Health.HEALTHY, Health.UNHEALTHY);
            for (Loop loop : loops.all()) {
                assertThat(picked(cluster, loop)).containsOnlyKeys(alive);
            }
        }
    }

    @Test
    void letsARequestWaitUntilANameIsKnown() throws Exception {
        apply(spec("d"));
        // However long the name takes, it does not wait too long for it.
        stoodNanos = System.nanoTime();
        ClusterSpec slow = spec("c", "slow.example:80");
        ClustersChange change = clusters.prepare(List.of(slow));
        CompletableFuture<Void> warm = clusters.warm(change);
        assertThat(warm).isNotDone();
        // As after five seconds: switched although not everything is known.
        loops.onEach(loop -> {}).get(60, TimeUnit.SECONDS);
        loops.onEach(loop -> clusters.switchOn(loop, change)).get(60, TimeUnit.SECONDS);
        clusters.commit(change);
        Cluster cluster = requireNonNull(change.byName("c"));
        Loop loop = loops.at(0);
        assertThat(on(loop, () -> cluster.pick(loop, 1, null))).isNull();
        assertThat(on(loop, () -> cluster.awaitsFirstChecks(loop))).isTrue();
        var checked = new CompletableFuture<@Nullable Endpoint>();
        on(
                loop,
                () -> {
                    cluster.whenChecked(loop, () -> checked.complete(cluster.pick(loop, 1, null)));
                    nameAnswers.countDown();
                    return 0;
                });
        assertThat(checked.get(60, TimeUnit.SECONDS)).hasToString("c/10.1.0.9:80");
    }

    @Test
    void stopsWaitingAfterTheLimit() throws Exception {
        ClustersChange change = clusters.prepare(List.of(spec("c", "slow.example:80")));
        var _ = clusters.warm(change);
        loops.onEach(loop -> {}).get(60, TimeUnit.SECONDS);
        loops.onEach(loop -> clusters.switchOn(loop, change)).get(60, TimeUnit.SECONDS);
        Cluster cluster = requireNonNull(change.byName("c"));
        Loop loop = loops.at(0);
        var over = new CompletableFuture<Boolean>();
        on(
                loop,
                () -> {
                    cluster.whenChecked(loop, () -> over.complete(cluster.awaitsFirstChecks(loop)));
                    return 0;
                });
        assertThat(over.get(60, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void picksNobodyOfWeightZero() throws Exception {
        var spec =
                new ClusterSpec(
                        "c",
                        List.of(
                                endpoint("10.0.0.1:80", 0),
                                endpoint("10.0.0.2:80", 3),
                                endpoint("10.0.0.3:80", 0)),
                        Policy.LEAST_REQUEST,
                        null,
                        1_000);
        assertThat(picked(apply(spec), loops.at(0))).containsOnlyKeys("10.0.0.2:80");
    }

    private Cluster apply(ClusterSpec spec) throws Exception {
        ClustersChange change = clusters.prepare(List.of(spec));
        clusters.warm(change).get(60, TimeUnit.SECONDS);
        loops.onEach(loop -> clusters.switchOn(loop, change)).get(60, TimeUnit.SECONDS);
        clusters.commit(change);
        // What a commit sets going runs in tasks.
        for (int i = 0; i < 3; i++) {
            loops.onEach(loop -> {}).get(60, TimeUnit.SECONDS);
        }
        return requireNonNull(change.byName(spec.name()));
    }

    private static ClusterSpec spec(String name, String... addresses) {
        return spec(name, null, addresses);
    }

    private static ClusterSpec checked(String name, String... addresses) {
        return spec(name, TCP_CHECK, addresses);
    }

    private static ClusterSpec spec(
            String name, @Nullable HealthCheckSpec check, String... addresses) {
        List<EndpointSpec> endpoints = new ArrayList<>();
        for (String address : addresses) {
            endpoints.add(endpoint(address, 1));
        }
        return new ClusterSpec(name, endpoints, Policy.ROUND_ROBIN, check, 1_000);
    }

    private static EndpointSpec endpoint(String address, int weight) {
        return new EndpointSpec(HostPort.parse(address).orElseThrow(), weight, Map.of());
    }

    private <T> T on(Loop loop, Callable<T> task) throws Exception {
        return loop.eventLoop().submit(task).get(60, TimeUnit.SECONDS);
    }

    private Map<String, Endpoint> picked(Cluster cluster, Loop loop) throws Exception {
        return on(
                loop,
                () -> {
                    Map<String, Endpoint> picked = new HashMap<>();
                    for (int i = 0; i < 50; i++) {
                        Endpoint endpoint = cluster.pick(loop, loop.random64(), null);
                        if (endpoint != null) {
                            picked.put(endpoint.addressText(), endpoint);
                        }
                    }
                    return picked;
                });
    }
}
