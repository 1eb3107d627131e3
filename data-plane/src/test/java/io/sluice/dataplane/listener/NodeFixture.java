package io.sluice.dataplane.listener;

import static java.util.Objects.requireNonNull;

import io.sluice.dataplane.cluster.Cluster;
import io.sluice.dataplane.cluster.ClusterCompiler;
import io.sluice.dataplane.cluster.ClusterSpec;
import io.sluice.dataplane.cluster.Clusters;
import io.sluice.dataplane.cluster.ClustersChange;
import io.sluice.dataplane.cluster.WeightedClusters;
import io.sluice.dataplane.cluster.balancer.Policy;
import io.sluice.dataplane.cluster.endpoint.EndpointSpec;
import io.sluice.dataplane.cluster.resolve.HostLookup;
import io.sluice.dataplane.l4.tcp.TcpSpec;
import io.sluice.dataplane.l4.udp.UdpSpec;
import io.sluice.dataplane.l7.route.CompiledRoute;
import io.sluice.dataplane.l7.route.RouteCompiler;
import io.sluice.dataplane.net.EventLoops;
import io.sluice.dataplane.net.Loop;
import io.sluice.dataplane.net.PerLoop;
import io.sluice.dataplane.net.Transport;
import io.sluice.dataplane.telemetry.AccessLog;
import io.sluice.dataplane.telemetry.AccessRecord;
import io.sluice.dataplane.telemetry.ListenerMeter;
import io.sluice.dataplane.telemetry.LoopMeters;
import io.sluice.dataplane.tls.CertificateCompiler;
import io.sluice.dataplane.tls.TlsCertificate;
import io.sluice.dataplane.tls.TlsContexts;
import io.sluice.proto.HostPort;
import io.sluice.proto.Problems;
import io.sluice.proto.resource.Format;
import io.sluice.proto.resource.Kind;
import io.sluice.proto.resource.Resource;
import io.sluice.proto.resource.ResourceCodec;
import io.sluice.proto.resource.ResourceSet;
import io.sluice.proto.resource.v1.ClusterConfig;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;

/**
 * Loops, clusters and listeners as the node has them, without control plane; applies specs as
 * snapshots do.
 */
final class NodeFixture implements AutoCloseable {
    static final int SOCKET_TIMEOUT_MILLIS = 60_000;

    final EventLoops loops;
    final Clusters clusters;
    final Listeners listeners;
    final BlockingQueue<AccessRecord> log = new LinkedBlockingQueue<>();

    /** What comes before the protocol, by listener; nothing where it is not here. */
    final Map<String, EarlySpec> early = new HashMap<>();

    private final List<LoopMeters> meterList = new ArrayList<>();
    private List<ClusterSpec> clusterSpecs = List.of();

    NodeFixture(Transport transport) {
        this(transport, new ListenerOptions(null, 1_000));
    }

    NodeFixture(Transport transport, ListenerOptions options) {
        this(transport, options, InetAddress::getAllByName, System::nanoTime);
    }

    /** With names and a clock of the test's own. */
    NodeFixture(Transport transport, HostLookup names, LongSupplier clockNanos) {
        this(transport, new ListenerOptions(null, 1_000), names, clockNanos);
    }

    private NodeFixture(
            Transport transport,
            ListenerOptions options,
            HostLookup names,
            LongSupplier clockNanos) {
        loops = EventLoops.open(transport, 2, clockNanos);
        PerLoop<LoopMeters> meters =
                PerLoop.create(loops, loop -> new LoopMeters(loop::execute, 100));
        meters.forEach(meterList::add);
        clusters = new Clusters(loops, meters, names, InstantSource.system());
        listeners = new Listeners(loops, options, meters, new Log(), InstantSource.system());
        clusters.onLeave(listeners);
    }

    private final class Log implements AccessLog {
        @Override
        public boolean enabled() {
            return true;
        }

        @Override
        public void write(AccessRecord line) {
            log.add(line);
        }

        @Override
        public long dropped() {
            return 0;
        }

        @Override
        public void reopen() {}

        @Override
        public void close() {}
    }

    /** A listener to be: its address and the cluster that it relays to. */
    record Tcp(String name, String address, String cluster, long idleMillis, int connectionsMax) {
        Tcp(String name, String address, String cluster) {
            this(name, address, cluster, 3_600_000, 1_000);
        }
    }

    /** A UDP listener to be. */
    record Udp(
            String name,
            String address,
            String cluster,
            long idleMillis,
            int sessionsMax,
            int responses) {
        Udp(String name, String address, String cluster) {
            this(name, address, cluster, 60_000, 1_000, UdpSpec.SESSIONS);
        }
    }

    static ClusterSpec cluster(String name, String... addresses) {
        return cluster(name, 60_000, addresses);
    }

    static ClusterSpec cluster(String name, int connectTimeoutMillis, String... addresses) {
        List<EndpointSpec> endpoints = new ArrayList<>();
        for (String address : addresses) {
            endpoints.add(new EndpointSpec(HostPort.parse(address).orElseThrow(), 1, Map.of()));
        }
        return new ClusterSpec(name, endpoints, Policy.ROUND_ROBIN, null, connectTimeoutMillis);
    }

    void clusters(ClusterSpec... specs) {
        clusterSpecs = List.of(specs);
    }

    /** Makes these the listeners, with the clusters set last. */
    void apply(Tcp... wanted) throws Exception {
        apply(List.of(wanted), List.of());
    }

    void applyUdp(Udp... wanted) throws Exception {
        apply(List.of(), List.of(wanted));
    }

    void apply(List<Tcp> tcps, List<Udp> udps) throws Exception {
        ClustersChange clustersChange = clusters.prepare(clusterSpecs);
        List<ListenerSpec> specs = new ArrayList<>();
        for (Tcp tcp : tcps) {
            Cluster cluster = requireNonNull(clustersChange.byName(tcp.cluster()));
            specs.add(
                    new ListenerSpec(
                                    tcp.name(),
                                    HostPort.parse(tcp.address()).orElseThrow(),
                                    new ListenerProtocol.Tcp(
                                            new TcpSpec(
                                                    WeightedClusters.only(cluster),
                                                    tcp.idleMillis() * 1_000_000,
                                                    tcp.connectionsMax())))
                            .with(early.getOrDefault(tcp.name(), EarlySpec.NONE)));
        }
        for (Udp udp : udps) {
            Cluster cluster = requireNonNull(clustersChange.byName(udp.cluster()));
            specs.add(
                    new ListenerSpec(
                            udp.name(),
                            HostPort.parse(udp.address()).orElseThrow(),
                            new ListenerProtocol.Udp(
                                    new UdpSpec(
                                            WeightedClusters.only(cluster),
                                            udp.idleMillis() * 1_000_000,
                                            udp.sessionsMax(),
                                            udp.responses()))));
        }
        apply(clustersChange, specs);
    }

    /** Makes the listeners and clusters of a YAML text all there is, as their compilers read it. */
    void configure(String yaml) throws Exception {
        Problems problems = Problems.collect();
        List<Resource> resources =
                ResourceCodec.decodeDocuments(
                        yaml.getBytes(StandardCharsets.UTF_8), Format.YAML, "test.yaml", problems);
        ResourceSet.of(resources).check(problems);
        Map<String, TlsCertificate> certificates = new HashMap<>();
        for (Resource resource : resources) {
            if (resource.kind() == Kind.CERTIFICATE) {
                CertificateCompiler.compile(resource.name(), resource.certificate(), problems)
                        .ifPresent(found -> certificates.put(resource.name(), found));
            }
        }
        List<ClusterSpec> wantedClusters = new ArrayList<>();
        for (Resource cluster : resources) {
            if (cluster.kind() == Kind.CLUSTER) {
                ClusterConfig config = cluster.cluster();
                wantedClusters.add(
                        ClusterCompiler.compile(
                                cluster.name(),
                                config,
                                config.getEndpointsList(),
                                TlsContexts.open(),
                                problems));
            }
        }
        ClustersChange clustersChange = clusters.prepare(wantedClusters);
        List<CompiledRoute> routes = new ArrayList<>();
        for (Resource route : resources) {
            if (route.kind() == Kind.ROUTE) {
                RouteCompiler.compile(route.name(), route.route(), clustersChange::byName, problems)
                        .ifPresent(routes::add);
            }
        }
        List<ListenerSpec> specs = new ArrayList<>();
        for (Resource listener : resources) {
            if (listener.kind() == Kind.LISTENER) {
                ListenerCompiler.compile(
                                listener.name(),
                                listener.listener(),
                                clustersChange::byName,
                                RouteCompiler.table(listener.name(), routes),
                                problems)
                        .flatMap(
                                spec ->
                                        EarlyCompiler.compile(
                                                        listener.listener(),
                                                        clustersChange::byName,
                                                        certificates::get,
                                                        TlsContexts.ofJdk(),
                                                        problems)
                                                .map(spec::with))
                        .ifPresent(specs::add);
            }
        }
        if (problems.hasErrors()) {
            throw new AssertionError(problems.errors());
        }
        apply(clustersChange, specs);
    }

    private void apply(ClustersChange clustersChange, List<ListenerSpec> specs) throws Exception {
        clusters.warm(clustersChange).get(60, TimeUnit.SECONDS);
        ListenersChange change = listeners.prepare(specs).get(60, TimeUnit.SECONDS);
        loops.onEach(
                        loop -> {
                            clusters.switchOn(loop, clustersChange);
                            listeners.switchOn(loop, change);
                        })
                .get(60, TimeUnit.SECONDS);
        clusters.commit(clustersChange);
        listeners.commit(change).get(60, TimeUnit.SECONDS);
    }

    /** What all loops have counted for a listener, by one of the fields. */
    long count(String listener, ToLongFunction<ListenerMeter> field) throws Exception {
        AtomicLong sum = new AtomicLong();
        loops.onEach(
                        loop ->
                                sum.addAndGet(
                                        field.applyAsLong(
                                                meterList.get(loop.index()).listener(listener))))
                .get(60, TimeUnit.SECONDS);
        return sum.get();
    }

    /** What is done while no loop does anything. */
    interface Task {
        void run() throws Exception;
    }

    /** Does something while all loops stand still, so that they find all of it at once. */
    void whileLoopsStand(Task task) throws Exception {
        var standing = new CountDownLatch(loops.count());
        var over = new CountDownLatch(1);
        for (Loop loop : loops.all()) {
            loop.execute(
                    () -> {
                        standing.countDown();
                        await(over);
                    });
        }
        try {
            await(standing);
            task.run();
        } finally {
            over.countDown();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            if (!latch.await(60, TimeUnit.SECONDS)) {
                throw new AssertionError("the other side did not come");
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    HostPort address(String listener) {
        String address = listeners.addresses().get(listener);
        if (address == null) {
            throw new AssertionError(listener + " is not bound: " + listeners.problems());
        }
        return HostPort.parse(address).orElseThrow();
    }

    Socket connect(String listener) throws IOException {
        return connect(address(listener));
    }

    static Socket connect(HostPort address) throws IOException {
        var socket = new Socket(address.host(), address.port());
        socket.setSoTimeout(SOCKET_TIMEOUT_MILLIS);
        return socket;
    }

    AccessRecord nextRecord() throws InterruptedException {
        AccessRecord record = log.poll(60, TimeUnit.SECONDS);
        if (record == null) {
            throw new AssertionError("no access record");
        }
        return record;
    }

    @Override
    public void close() {
        listeners.close();
        clusters.close();
        loops.close();
    }
}
