package io.sluice.controlplane.fleet;

/**
 * The counts of one key. The counters are in the order that {@link StatsKey.Family} gives; those
 * marked as levels there are not summed over time. Owned by whoever holds it.
 *
 * @param counters as many as the family has
 * @param latency where the family has one, else {@link Latency#EMPTY}
 */
// An array, since there are very many of these; nothing compares rows.
@SuppressWarnings("ArrayRecordComponent")
public record StatsRow(StatsKey key, long[] counters, Latency latency) {}
