package io.sluice.it.scale;

import io.netty.util.internal.PlatformDependent;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.sluice.controlplane.discovery.DiscoveryOptions;
import io.sluice.controlplane.discovery.DiscoveryServer;
import io.sluice.controlplane.fleet.Activation;
import io.sluice.controlplane.fleet.Fleet;
import io.sluice.controlplane.fleet.FleetEvent;
import io.sluice.controlplane.fleet.StatsHistory;
import io.sluice.controlplane.rollout.RolloutLoop;
import io.sluice.controlplane.storage.ChangeResult;
import io.sluice.controlplane.storage.ChangeSet;
import io.sluice.controlplane.storage.DataDirectory;
import io.sluice.controlplane.storage.JdbcResourceStore;
import io.sluice.controlplane.storage.Operation;
import io.sluice.controlplane.storage.StoreOptions;
import io.sluice.proto.resource.Resource;
import io.sluice.proto.resource.v1.ClusterConfig;
import io.sluice.proto.resource.v1.EndpointConfig;
import io.sluice.proto.resource.v1.Forward;
import io.sluice.proto.resource.v1.HttpOptions;
import io.sluice.proto.resource.v1.ListenerConfig;
import io.sluice.proto.resource.v1.PathMatch;
import io.sluice.proto.resource.v1.RouteConfig;
import io.sluice.proto.resource.v1.RouteMatch;
import io.sluice.proto.resource.v1.RouteRule;
import io.sluice.proto.resource.v1.SplitEntry;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Store, rollout and the nodes' door, as the control plane builds them, without REST. */
final class ScaleCore implements AutoCloseable {
    private static final int ROUTES_PER_CHANGE_SET = 1_000;
    private static final int FIRST_ADDED_ROUTE = 1_000_000;
    private static final int SETTLE_SECONDS_MAX = 120;

    private final DataDirectory directory;
    private final JdbcResourceStore store;
    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final Fleet fleet;
    private final RolloutLoop rollout;
    private final DiscoveryServer discovery;
    private int changes;

    ScaleCore(Path data) throws IOException {
        InstantSource clock = InstantSource.system();
        directory = DataDirectory.lock(data);
        store = JdbcResourceStore.open(directory, StoreOptions.DEFAULT, clock);
        fleet = new Fleet(store::setDrained);
        rollout = RolloutLoop.start(store, fleet, clock, registry);
        discovery =
                DiscoveryServer.start(
                        DiscoveryOptions.at(
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)),
                        rollout,
                        fleet,
                        new StatsHistory(clock),
                        registry);
    }

    InetSocketAddress address() {
        return discovery.address();
    }

    /** Stores a listener, two clusters and so many routes, each with a split. */
    long storeRoutes(int count) {
        long revision =
                apply(
                        List.of(
                                Resource.listener(
                                        "web",
                                        ListenerConfig.newBuilder()
                                                .setAddress("0.0.0.0:8080")
                                                .setHttp(HttpOptions.getDefaultInstance())
                                                .build()),
                                cluster("v1"),
                                cluster("v2")));
        List<Resource> routes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            routes.add(route(i, 95));
            if (routes.size() == ROUTES_PER_CHANGE_SET || i == count - 1) {
                revision = apply(routes);
                routes.clear();
            }
        }
        return revision;
    }

    /** Changes the weights of one route. */
    long changeWeight(int route, int weight) {
        return apply(List.of(route(route, weight)));
    }

    /** Adds one route. */
    long addRoute(int route) {
        return apply(List.of(route(route, 50)));
    }

    /** Changes the weights of one of the first routes, to others than it had. */
    long changeNextWeight() {
        changes++;
        return changeWeight(changes % 20, 1 + changes / 20 % 90);
    }

    /** Adds a route that was not there. */
    long addNextRoute() {
        changes++;
        return addRoute(FIRST_ADDED_ROUTE + changes);
    }

    /** Waits until so many nodes are connected and every one has decided. */
    Activation settled(long revision, int nodes) throws Exception {
        return fleet.whenSettled(revision, nodes).get(SETTLE_SECONDS_MAX, TimeUnit.SECONDS);
    }

    int connected() {
        return fleet.view().activation(0).connected();
    }

    /** One change, as each node came to serve it: nanoseconds from before the write, sorted. */
    interface Change {
        long make();
    }

    List<Long> measure(int nodes, Change change) throws Exception {
        List<long[]> active = Collections.synchronizedList(new ArrayList<>());
        try (Fleet.Subscription _ =
                fleet.onChange(
                        event -> {
                            if (event instanceof FleetEvent.NodeActive node) {
                                active.add(new long[] {node.revision(), System.nanoTime()});
                            }
                        })) {
            long startNanos = System.nanoTime();
            long revision = change.make();
            settled(revision, nodes);
            List<Long> took = new ArrayList<>();
            synchronized (active) {
                for (long[] node : active) {
                    if (node[0] >= revision) {
                        took.add(node[1] - startNanos);
                    }
                }
            }
            Collections.sort(took);
            return took;
        }
    }

    /** Bytes of all messages sent on Sync streams so far. */
    long bytesSent() {
        for (MetricSnapshot metric : registry.scrape()) {
            if (metric.getMetadata().getName().equals("sluice_sync_sent_bytes")
                    && metric instanceof CounterSnapshot counter) {
                return (long) counter.getDataPoints().getFirst().getValue();
            }
        }
        return 0;
    }

    /** Heap in use after a collection, and Netty's direct memory. */
    static long usedBytes() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed()
                + PlatformDependent.usedDirectMemory();
    }

    private long apply(List<Resource> resources) {
        List<Operation> operations = new ArrayList<>();
        resources.forEach(resource -> operations.add(new Operation.Upsert(resource, null, false)));
        ChangeResult result =
                store.apply(new ChangeSet(operations, "", "scale", false, false, false, false));
        if (result instanceof ChangeResult.Applied applied) {
            return applied.revision();
        }
        throw new IllegalStateException(result.toString());
    }

    private static Resource cluster(String name) {
        return Resource.cluster(
                name,
                ClusterConfig.newBuilder()
                        .addEndpoints(EndpointConfig.newBuilder().setAddress("127.0.0.1:9101"))
                        .addEndpoints(EndpointConfig.newBuilder().setAddress("127.0.0.1:9102"))
                        .build());
    }

    private static Resource route(int index, int weight) {
        return Resource.route(
                "route-" + index,
                RouteConfig.newBuilder()
                        .addListeners("web")
                        .addHosts("host-" + index + ".example")
                        .addRules(
                                RouteRule.newBuilder()
                                        .setName("all")
                                        .setMatch(
                                                RouteMatch.newBuilder()
                                                        .setPath(
                                                                PathMatch.newBuilder()
                                                                        .setPrefix("/api")))
                                        .setForward(
                                                Forward.newBuilder()
                                                        .addSplit(share("v1", weight))
                                                        .addSplit(share("v2", 100 - weight))))
                        .build());
    }

    private static SplitEntry share(String cluster, int weight) {
        return SplitEntry.newBuilder().setCluster(cluster).setWeight(weight).build();
    }

    @Override
    public void close() {
        discovery.close();
        rollout.close();
        store.close();
        directory.close();
    }
}
