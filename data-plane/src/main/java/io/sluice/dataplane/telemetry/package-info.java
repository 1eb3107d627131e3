/**
 * What a node counts and logs: meters, statistics windows, the access log, Prometheus text.
 *
 * <p>The stats flow begins here. {@link io.sluice.dataplane.telemetry.LoopMeters} belong to one
 * event loop, which alone writes their plain fields; {@link
 * io.sluice.dataplane.telemetry.StatsCollector} has each loop hand over what it counted since the
 * last time, so no memory is shared and nothing on the request path is atomic. Meters are found by
 * name and outlive snapshots: who still holds one after its route went (a tunnel) keeps counting.
 *
 * <p>2026-11: meters are handed over as differences (taken and zeroed) and not as totals; a key
 * that vanishes and returns then needs no special case. Totals for Prometheus are summed where the
 * windows are merged.
 */
@NullMarked
package io.sluice.dataplane.telemetry;

import org.jspecify.annotations.NullMarked;
