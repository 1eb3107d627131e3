package io.sluice.dataplane.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;

import io.sluice.dataplane.cluster.Clusters;
import io.sluice.dataplane.discovery.TestEntries;
import io.sluice.dataplane.listener.ListenerSpec;
import io.sluice.dataplane.net.EventLoops;
import io.sluice.dataplane.net.PerLoop;
import io.sluice.dataplane.net.SocketSpec;
import io.sluice.dataplane.net.SocketSupport;
import io.sluice.dataplane.net.Transport;
import io.sluice.dataplane.net.UpstreamSocketSpec;
import io.sluice.dataplane.telemetry.LoopMeters;
import io.sluice.dataplane.tls.TlsContexts;
import io.sluice.proto.discovery.v1.Entry;
import io.sluice.proto.resource.v1.ClusterConfig;
import io.sluice.proto.resource.v1.ListenerConfig;
import io.sluice.proto.resource.v1.SocketOptions;
import io.sluice.proto.resource.v1.TcpForward;
import io.sluice.proto.resource.v1.TcpOptions;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.net.InetAddress;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

class SnapshotCompilerTest {
    private final EventLoops loops = EventLoops.open(Transport.NIO, 1);
    private final PerLoop<LoopMeters> meters =
            PerLoop.create(loops, loop -> new LoopMeters(loop::execute, 100));
    private final Clusters clusters =
            new Clusters(loops, meters, InetAddress::getAllByName, InstantSource.system());
    private final SnapshotCompiler compiler =
            new SnapshotCompiler(clusters, TlsContexts.open(), new SocketSupport(loops));

    @AfterEach
    void close() {
        clusters.close();
        loops.close();
    }

    @Test
    void takesOverWhatDidNotChange() {
        PreparedSnapshot first = apply(entries(1, 50));
        PreparedSnapshot second = apply(entries(2, 50));
        assertThat(listener(second, "split")).isNotEqualTo(listener(first, "split"));
        assertThat(listener(second, "plain")).isSameAs(listener(first, "plain"));
        assertThat(second.snapshot().clusters())
                .containsExactlyInAnyOrderElementsOf(first.snapshot().clusters());
        assertThat(second.snapshot().clusters().getFirst())
                .isSameAs(first.snapshot().clusters().getFirst());
    }

    @Test
    void whatWasOnlyValidatedIsNotTakenOver() {
        apply(entries(1, 50));
        PreparedSnapshot validated = prepared(compiler.compile(version(), entries(2, 50)));
        compiler.discard(validated);
        PreparedSnapshot again = prepared(compiler.compile(version(), entries(2, 50)));
        assertThat(listener(again, "split")).isNotSameAs(listener(validated, "split"));
    }

    @Test
    void namesEverythingThatIsWrong() {
        List<Entry> bad = new ArrayList<>(entries(1, 50));
        bad.add(TestEntries.raw("teapot", "x", ByteString.EMPTY));
        bad.add(TestEntries.listener("lost", "127.0.0.1:0", "nowhere"));
        bad.add(TestEntries.weights("listener:missing", 1, 2));
        CompileOutcome.Rejected rejected =
                (CompileOutcome.Rejected) compiler.compile(version(), bad);
        assertThat(rejected.unsupported()).isTrue();
        assertThat(rejected.problems())
                .extracting(problem -> problem.kind() + " " + problem.name())
                .contains("teapot x", "listener lost", "listener missing");
    }

    @Test
    void weightsMustFitTheirSplit() {
        List<Entry> bad = new ArrayList<>(entries(1, 50));
        bad.removeIf(entry -> entry.getKind().equals("weights"));
        bad.add(TestEntries.weights("listener:split", 1, 2, 3));
        CompileOutcome.Rejected rejected =
                (CompileOutcome.Rejected) compiler.compile(version(), bad);
        assertThat(rejected.unsupported()).isFalse();
        assertThat(rejected.problems())
                .extracting(SnapshotProblem::code)
                .containsExactly("WEIGHTS_MISMATCH");
    }

    @Test
    void startsWithoutWhatTheNodeHasLostButTakesNothingNewWithoutIt() {
        // As an upgrade of the kernel or another --transport does it; this one has neither.
        SocketOptions tuned =
                SocketOptions.newBuilder()
                        .setCongestionControl("cubic")
                        .setUserTimeout(Duration.newBuilder().setSeconds(9))
                        .setDscp(10)
                        .build();
        List<Entry> entries =
                List.of(
                        TestEntries.entry(
                                "listener",
                                "l",
                                ListenerConfig.newBuilder()
                                        .setAddress("127.0.0.1:0")
                                        .setSocket(tuned)
                                        .setTcp(
                                                TcpOptions.newBuilder()
                                                        .setForward(
                                                                TcpForward.newBuilder()
                                                                        .setCluster("c")))
                                        .build()),
                        TestEntries.entry(
                                "cluster",
                                "c",
                                ClusterConfig.newBuilder()
                                        .setSocket(tuned)
                                        .setTransparent(true)
                                        .build()),
                        TestEntries.endpoints("c", "127.0.0.1:1"));
        CompileOutcome.Rejected rejected =
                (CompileOutcome.Rejected) compiler.compile(version(), entries);
        assertThat(rejected.problems())
                .extracting(SnapshotProblem::code)
                .hasSize(5)
                .containsOnly(SocketSupport.CODE);

        Snapshot restored = prepared(compiler.restore(version(), entries)).snapshot();
        SocketSpec listener = restored.listeners().getFirst().socket();
        assertThat(listener.congestionControl()).isEmpty();
        assertThat(listener.dscp()).isEqualTo(10);
        UpstreamSocketSpec cluster = restored.clusters().getFirst().sockets();
        assertThat(cluster.socket()).isEqualTo(listener);
        // Endpoints may let in whom they know: not what comes from the node's address instead.
        assertThat(cluster.transparent()).isTrue();
    }

    private PreparedSnapshot apply(List<Entry> entries) {
        PreparedSnapshot prepared = prepared(compiler.compile(version(), entries));
        clusters.warm(prepared.clusters()).join();
        loops.onEach(loop -> clusters.switchOn(loop, prepared.clusters())).join();
        clusters.commit(prepared.clusters());
        compiler.keep(prepared);
        return prepared;
    }

    private static List<Entry> entries(int... weights) {
        return List.of(
                TestEntries.listener("split", "127.0.0.1:0", "a", "b"),
                TestEntries.weights("listener:split", weights),
                TestEntries.listener("plain", "127.0.0.1:0", "a"),
                TestEntries.cluster("a"),
                TestEntries.endpoints("a", "127.0.0.1:1"),
                TestEntries.cluster("b"),
                TestEntries.endpoints("b", "127.0.0.1:2"));
    }

    private static ListenerSpec listener(PreparedSnapshot prepared, String name) {
        return prepared.snapshot().listeners().stream()
                .filter(listener -> listener.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static PreparedSnapshot prepared(CompileOutcome outcome) {
        assertThat(outcome).isInstanceOf(CompileOutcome.Prepared.class);
        return ((CompileOutcome.Prepared) outcome).snapshot();
    }

    private static SnapshotVersion version() {
        return new SnapshotVersion(1, 1, "00");
    }
}
