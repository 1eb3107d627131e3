package io.sluice.dataplane.discovery;

import io.sluice.dataplane.snapshot.CompileOutcome;
import io.sluice.dataplane.snapshot.PreparedSnapshot;
import io.sluice.dataplane.snapshot.SnapshotCompiler;
import io.sluice.dataplane.snapshot.SnapshotProblem;
import io.sluice.dataplane.snapshot.SnapshotSwitch;
import io.sluice.dataplane.snapshot.SnapshotVersion;
import io.sluice.proto.discovery.v1.NackReason;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Takes one state after the other through verifying, compiling, warming and switching, and
 * remembers on disk what became active. Config thread only. A state that fails anywhere changes
 * nothing.
 */
final class SnapshotApplier {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotApplier.class);

    private final SnapshotCompiler compiler;
    private final SnapshotSwitch snapshotSwitch;
    private final LastGoodSnapshot lastGood;
    private final RunMarker marker;
    private final ScheduledExecutorService configThread;
    private final InstantSource clock;

    /**
     * What others look at must be right when they or the control plane learn that a state is
     * active, hence runs before.
     */
    private final Runnable beforeActive;

    private final Queue<Job> waiting = new ArrayDeque<>();
    private boolean busy;
    private volatile @Nullable SnapshotState active;

    SnapshotApplier(
            SnapshotCompiler compiler,
            SnapshotSwitch snapshotSwitch,
            LastGoodSnapshot lastGood,
            RunMarker marker,
            ScheduledExecutorService configThread,
            InstantSource clock,
            Runnable beforeActive) {
        this.compiler = compiler;
        this.snapshotSwitch = snapshotSwitch;
        this.lastGood = lastGood;
        this.marker = marker;
        this.configThread = configThread;
        this.clock = clock;
        this.beforeActive = beforeActive;
    }

    /**
     * What happens to a job; the last call is {@link #active}, {@link #refused}, or {@link
     * #validated} of a check.
     */
    interface Progress {
        default void validated() {}

        default void warmed() {}

        void active(SnapshotVersion version);

        void refused(Refusal refusal);
    }

    /** What to do with a state. */
    enum Mode {
        VALIDATE,
        APPLY,
        /** It is the one on disk. */
        RESTORE
    }

    /** What every event loop serves; empty before the first snapshot. Any thread. */
    Optional<SnapshotState> active() {
        return Optional.ofNullable(active);
    }

    /** The version that must not be applied again. */
    Optional<SnapshotVersion> suspect() {
        return marker.suspect();
    }

    /**
     * Applies or validates, after the jobs before it.
     *
     * @param resolve makes the state, from the one then active
     */
    void submit(
            Mode mode,
            Function<Optional<SnapshotState>, SnapshotState.Outcome> resolve,
            Progress progress) {
        waiting.add(new Job(mode, resolve, progress));
        next();
    }

    /** To be called at a clean stop. */
    void stopped() {
        try {
            marker.stopped();
        } catch (IOException e) {
            LOG.warn("event=run-marker-failed problem=\"{}\"", e.toString());
        }
    }

    private void next() {
        while (!busy && !waiting.isEmpty()) {
            busy = true;
            Job job = waiting.remove();
            try {
                run(job);
            } catch (RuntimeException e) {
                failed(job, e);
            }
        }
    }

    private void run(Job job) {
        switch (job.resolve().apply(active())) {
            case SnapshotState.Outcome.Refused refused -> refused(job, refused.refusal());
            case SnapshotState.Outcome.Verified verified -> verified(job, verified.state());
        }
    }

    private void verified(Job job, SnapshotState state) {
        SnapshotState now = active;
        if (now != null && now.version().digest().equals(state.version().digest())) {
            unchanged(job, now.at(state.version()));
            return;
        }
        if (suspect().filter(bad -> bad.digest().equals(state.version().digest())).isPresent()) {
            refused(
                    job,
                    Refusal.of(
                            NackReason.NACK_REASON_INVALID,
                            "DIED_OF_IT",
                            "this node died twice within "
                                    + RunMarker.SETTLE_SECONDS
                                    + " s of applying this state"));
            return;
        }
        long startMillis = clock.millis();
        CompileOutcome outcome =
                job.mode() == Mode.RESTORE
                        ? compiler.restore(state.version(), state.entries().values())
                        : compiler.compile(state.version(), state.entries().values());
        switch (outcome) {
            case CompileOutcome.Rejected rejected -> refused(job, refusal(rejected));
            case CompileOutcome.Prepared prepared ->
                    prepared(job, state, prepared.snapshot(), startMillis);
        }
    }

    private void unchanged(Job job, SnapshotState state) {
        job.progress().validated();
        if (job.mode() != Mode.VALIDATE) {
            job.progress().warmed();
            beforeActive.run();
            active = state;
            job.progress().active(state.version());
        }
        done();
    }

    private void prepared(
            Job job, SnapshotState state, PreparedSnapshot prepared, long startMillis) {
        long compiledMillis = clock.millis();
        job.progress().validated();
        if (job.mode() == Mode.VALIDATE) {
            compiler.discard(prepared);
            done();
            return;
        }
        onDisk("run-marker", () -> marker.applying(state.version()));
        var _ =
                snapshotSwitch
                        .apply(prepared, job.progress()::warmed)
                        .whenCompleteAsync(
                                (nothing, failure) -> {
                                    if (failure != null) {
                                        failed(job, failure);
                                    } else {
                                        LOG.info(
                                                "event=active version={} digest={} entries={}"
                                                        + " compile-millis={} switch-millis={}",
                                                state.version(),
                                                state.version().digest(),
                                                state.entries().size(),
                                                compiledMillis - startMillis,
                                                clock.millis() - compiledMillis);
                                        switched(job, state, prepared);
                                    }
                                    next();
                                },
                                configThread);
    }

    private void switched(Job job, SnapshotState state, PreparedSnapshot prepared) {
        compiler.keep(prepared);
        beforeActive.run();
        active = state;
        job.progress().active(state.version());
        if (job.mode() == Mode.APPLY) {
            onDisk("last-good", () -> lastGood.save(state));
        }
        var _ =
                configThread.schedule(
                        () -> onDisk("run-marker", () -> marker.settled(state.version())),
                        RunMarker.SETTLE_SECONDS,
                        TimeUnit.SECONDS);
        done();
    }

    private void refused(Job job, Refusal refusal) {
        for (SnapshotProblem problem : refusal.problems()) {
            LOG.warn(
                    "event=refused reason={} code={} problem=\"{}\"",
                    refusal.reason(),
                    problem.code(),
                    problem);
        }
        job.progress().refused(refusal);
        done();
    }

    private void failed(Job job, Throwable failure) {
        LOG.error("event=apply-failed", failure);
        job.progress()
                .refused(
                        Refusal.of(
                                NackReason.NACK_REASON_INTERNAL, "INTERNAL", failure.toString()));
        done();
    }

    private void done() {
        busy = false;
    }

    private static Refusal refusal(CompileOutcome.Rejected rejected) {
        return new Refusal(
                rejected.unsupported()
                        ? NackReason.NACK_REASON_UNSUPPORTED
                        : NackReason.NACK_REASON_INVALID,
                rejected.problems());
    }

    /** A full or read-only disk must not keep a node from serving. */
    private static void onDisk(String what, DiskWork work) {
        try {
            work.run();
        } catch (IOException e) {
            LOG.warn("event={}-not-written problem=\"{}\"", what, e.toString());
        }
    }

    private interface DiskWork {
        void run() throws IOException;
    }

    private record Job(
            Mode mode,
            Function<Optional<SnapshotState>, SnapshotState.Outcome> resolve,
            Progress progress) {}
}
