package io.sluice.controlplane.fleet;

import java.time.Instant;
import java.util.List;

/**
 * One window of one node: differences since the window before. Immutable.
 *
 * @param sequence from 1 for each boot id
 * @param start where the window begins, by the node's clock
 * @param end where it ends
 * @param keysDropped keys that found no room at the node
 */
public record StatsReport(
        String node,
        String bootId,
        long sequence,
        Instant start,
        Instant end,
        List<StatsRow> rows,
        long keysDropped) {}
