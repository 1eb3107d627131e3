package io.sluice.dataplane.snapshot;

import io.sluice.dataplane.cluster.Clusters;
import io.sluice.dataplane.discovery.TestEntries;
import io.sluice.dataplane.net.EventLoops;
import io.sluice.dataplane.net.PerLoop;
import io.sluice.dataplane.net.SocketSupport;
import io.sluice.dataplane.net.Transport;
import io.sluice.dataplane.telemetry.LoopMeters;
import io.sluice.dataplane.tls.TlsContexts;
import io.sluice.proto.discovery.v1.Entry;
import io.sluice.proto.resource.v1.Forward;
import io.sluice.proto.resource.v1.HttpOptions;
import io.sluice.proto.resource.v1.ListenerConfig;
import io.sluice.proto.resource.v1.PathMatch;
import io.sluice.proto.resource.v1.RouteConfig;
import io.sluice.proto.resource.v1.RouteMatch;
import io.sluice.proto.resource.v1.RouteRule;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

import java.net.InetAddress;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Compiling a snapshot of many routes when all of them are new, and when one changed. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class SnapshotCompileBenchmark {
    private static final SnapshotVersion VERSION = new SnapshotVersion(1, 1, "00");

    @Param({"1000", "10000"})
    public int routes;

    private final EventLoops loops = EventLoops.open(Transport.NIO, 1);
    private final PerLoop<LoopMeters> meters =
            PerLoop.create(loops, loop -> new LoopMeters(loop::execute, 100));
    private final Clusters clusters =
            new Clusters(loops, meters, InetAddress::getAllByName, InstantSource.system());
    private final SnapshotCompiler fresh =
            new SnapshotCompiler(clusters, TlsContexts.open(), new SocketSupport(loops));
    private final SnapshotCompiler serving =
            new SnapshotCompiler(clusters, TlsContexts.open(), new SocketSupport(loops));
    private List<Entry> entries = List.of();
    private List<Entry> oneChanged = List.of();

    /** Makes what is served. */
    @Setup
    public void serve() {
        entries = entries("a");
        oneChanged = new ArrayList<>(entries);
        oneChanged.set(routes / 2, TestEntries.entry("route", "r" + routes / 2, route(1, "/b")));
        PreparedSnapshot prepared = prepared(serving.compile(VERSION, entries));
        clusters.warm(prepared.clusters()).join();
        loops.onEach(loop -> clusters.switchOn(loop, prepared.clusters())).join();
        clusters.commit(prepared.clusters());
        serving.keep(prepared);
    }

    /** Nothing is known. */
    @Benchmark
    public Snapshot all() {
        return compile(fresh, entries);
    }

    /** All but one route is served already. */
    @Benchmark
    public Snapshot oneOfThem() {
        return compile(serving, oneChanged);
    }

    /** Ends the loops. */
    @TearDown
    public void close() {
        clusters.close();
        loops.close();
    }

    private static Snapshot compile(SnapshotCompiler compiler, List<Entry> entries) {
        PreparedSnapshot prepared = prepared(compiler.compile(VERSION, entries));
        compiler.discard(prepared);
        return prepared.snapshot();
    }

    private static PreparedSnapshot prepared(CompileOutcome outcome) {
        return switch (outcome) {
            case CompileOutcome.Prepared prepared -> prepared.snapshot();
            case CompileOutcome.Rejected rejected ->
                    throw new IllegalStateException(rejected.problems().toString());
        };
    }

    private List<Entry> entries(String prefix) {
        List<Entry> made = new ArrayList<>();
        for (int i = 0; i < routes; i++) {
            made.add(TestEntries.entry("route", "r" + i, route(i, "/" + prefix)));
        }
        made.add(
                TestEntries.entry(
                        "listener",
                        "web",
                        ListenerConfig.newBuilder()
                                .setAddress("127.0.0.1:0")
                                .setHttp(HttpOptions.getDefaultInstance())
                                .build()));
        made.add(TestEntries.cluster("c"));
        made.add(TestEntries.endpoints("c", "127.0.0.1:1"));
        return made;
    }

    private static RouteConfig route(int number, String prefix) {
        return RouteConfig.newBuilder()
                .addListeners("web")
                .addHosts("h" + number % 100 + ".example")
                .addRules(
                        RouteRule.newBuilder()
                                .setName("all")
                                .setMatch(
                                        RouteMatch.newBuilder()
                                                .setPath(
                                                        PathMatch.newBuilder()
                                                                .setPrefix(prefix + number)))
                                .setForward(Forward.newBuilder().setCluster("c")))
                .build();
    }
}
