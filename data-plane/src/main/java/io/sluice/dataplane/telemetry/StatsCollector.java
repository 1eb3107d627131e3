package io.sluice.dataplane.telemetry;

import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * Has every loop hand over what it counted, and keeps the sums: since the node started, for its own
 * metrics, and since the last report, for the control plane. Safe on any thread; the loops
 * themselves never wait for it.
 */
public final class StatsCollector {
    private final List<LoopMeters> loops;
    private final InstantSource clock;
    private final int keysMax;
    private final StatsWindow totals;
    private StatsWindow pending;
    private CompletableFuture<Void> newest = CompletableFuture.completedFuture(null);

    /**
     * @param keysMax rows of each sort that a window keeps, over all loops
     */
    public StatsCollector(List<LoopMeters> loops, InstantSource clock, int keysMax) {
        this.loops = List.copyOf(loops);
        this.clock = clock;
        this.keysMax = keysMax;
        Instant now = clock.instant();
        this.totals = new StatsWindow(now, now, keysMax);
        this.pending = new StatsWindow(now, now, keysMax);
    }

    /**
     * Asks each loop once; done when the last one has answered and its counts are in the sums, as
     * are those that a call before this one has taken from the loops.
     */
    public synchronized CompletableFuture<Void> collect() {
        Instant start = clock.instant();
        CompletableFuture<?>[] answers =
                loops.stream()
                        .map(
                                meters ->
                                        CompletableFuture.supplyAsync(
                                                () -> collect(meters, start), meters.loop()))
                        .toArray(CompletableFuture<?>[]::new);
        newest =
                CompletableFuture.allOf(answers)
                        .runAfterBoth(
                                newest.handle((done, failure) -> true),
                                () -> {
                                    StatsWindow all =
                                            new StatsWindow(start, clock.instant(), keysMax);
                                    for (CompletableFuture<?> answer : answers) {
                                        all.addLoop((StatsWindow) answer.resultNow());
                                    }
                                    addLater(all);
                                });
        return newest;
    }

    /** The window since the last call, up to the last collection. */
    public synchronized StatsWindow take() {
        StatsWindow window = pending;
        pending = new StatsWindow(window.end(), window.end(), keysMax);
        return window;
    }

    /** Merges a window that was taken but never sent into the one that follows it. */
    public synchronized void putBack(StatsWindow unsent) {
        unsent.addLater(pending);
        pending = unsent;
    }

    /** Reads the sums since the start; {@code read} must not keep the window. */
    public synchronized <T> T totals(Function<StatsWindow, T> read) {
        return read.apply(totals);
    }

    private StatsWindow collect(LoopMeters meters, Instant start) {
        StatsWindow window = new StatsWindow(start, start, keysMax);
        meters.collect(window);
        return window;
    }

    private synchronized void addLater(StatsWindow window) {
        pending.addLater(window);
        totals.addLater(window);
    }
}
