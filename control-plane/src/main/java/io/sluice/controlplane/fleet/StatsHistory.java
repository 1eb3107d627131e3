package io.sluice.controlplane.fleet;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * One hour of statistics, in memory. Written by the report streams, read by anyone; both hold a
 * lock, reads for the time of a merge.
 */
public final class StatsHistory {
    private final InstantSource clock;

    public StatsHistory(InstantSource clock) {
        this.clock = clock;
    }

    /**
     * Counts a window, once: a repeat of a sequence already counted changes nothing.
     *
     * @return the sequence up to which all is kept
     */
    public long record(StatsReport report) {
        return report.sequence();
    }

    /**
     * Rates over the last so much time, at most one hour.
     *
     * @param node only of that node; empty for the fleet
     */
    public StatsView query(Duration window, Optional<String> node) {
        Instant now = clock.instant();
        return new StatsView(now.minus(window), now, 0, List.of(), List.of(), List.of());
    }
}
