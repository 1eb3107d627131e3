package io.sluice.dataplane.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.dataplane.cluster.Clusters;
import io.sluice.dataplane.listener.ListenerOptions;
import io.sluice.dataplane.listener.Listeners;
import io.sluice.dataplane.net.EventLoops;
import io.sluice.dataplane.net.PerLoop;
import io.sluice.dataplane.net.SocketSupport;
import io.sluice.dataplane.net.TestTransport;
import io.sluice.dataplane.snapshot.SnapshotCompiler;
import io.sluice.dataplane.snapshot.SnapshotSwitch;
import io.sluice.dataplane.snapshot.SnapshotVersion;
import io.sluice.dataplane.telemetry.AccessLog;
import io.sluice.dataplane.telemetry.LoopMeters;
import io.sluice.dataplane.tls.TlsContexts;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.net.InetAddress;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

class SnapshotApplierTest {
    private final EventLoops loops = EventLoops.open(TestTransport.get(), 1);
    private final PerLoop<LoopMeters> meters =
            PerLoop.create(loops, loop -> new LoopMeters(loop::execute, 100));
    private final Clusters clusters =
            new Clusters(loops, meters, InetAddress::getAllByName, InstantSource.system());
    private final Listeners listeners =
            new Listeners(
                    loops,
                    new ListenerOptions(null, 10),
                    meters,
                    AccessLog.off(),
                    InstantSource.system());
    private final ScheduledExecutorService configThread =
            Executors.newSingleThreadScheduledExecutor();

    @TempDir Path dir;

    @AfterEach
    void close() {
        listeners.close();
        clusters.close();
        loops.close();
        configThread.shutdownNow();
    }

    @Test
    void whatOthersLookAtIsRightBeforeAStateIsCalledActive() {
        List<String> calledActive = new ArrayList<>();
        CompletableFuture<SnapshotApplier> applier = new CompletableFuture<>();
        Runnable look = () -> calledActive.add(name(applier.join().active()));
        applier.complete(
                new SnapshotApplier(
                        new SnapshotCompiler(
                                clusters, TlsContexts.open(), new SocketSupport(loops)),
                        new SnapshotSwitch(loops, clusters, listeners, configThread),
                        new LastGoodSnapshot(dir),
                        new RunMarker(dir),
                        configThread,
                        InstantSource.system(),
                        look));
        SnapshotState first = TestEntries.state(1, TestEntries.cluster("a"));
        apply(applier.join(), first);
        apply(applier.join(), TestEntries.state(2, TestEntries.cluster("b")));
        apply(applier.join(), TestEntries.state(3, TestEntries.cluster("b")));
        assertThat(calledActive).containsExactly("none", "1", "2");
        assertThat(name(applier.join().active())).isEqualTo("3");
    }

    /** Returns when the state is active. */
    private void apply(SnapshotApplier applier, SnapshotState state) {
        CompletableFuture<SnapshotVersion> end = new CompletableFuture<>();
        SnapshotApplier.Progress progress =
                new SnapshotApplier.Progress() {
                    @Override
                    public void active(SnapshotVersion version) {
                        end.complete(version);
                    }

                    @Override
                    public void refused(Refusal refusal) {
                        end.completeExceptionally(new AssertionError(refusal.toString()));
                    }
                };
        configThread.execute(
                () ->
                        applier.submit(
                                SnapshotApplier.Mode.APPLY,
                                base -> new SnapshotState.Outcome.Verified(state),
                                progress));
        assertThat(end.join()).isEqualTo(state.version());
    }

    private static String name(Optional<SnapshotState> state) {
        return state.map(active -> Long.toString(active.version().revision())).orElse("none");
    }
}
