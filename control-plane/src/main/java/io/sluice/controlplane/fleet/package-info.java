/**
 * What the fleet actually is and does: every node with its state, problems and endpoint health, and
 * one hour of statistics. Between {@code discovery} and {@code rollout}, which write, and {@code
 * api}, which reads.
 *
 * <p>{@link io.sluice.controlplane.fleet.FleetView} is immutable and published by the rollout loop
 * alone; readers take the newest without a lock, on any thread. Statistics come from the report
 * streams and are kept in memory only: a restart of the control plane starts the hour anew.
 *
 * <p>No generated protobuf classes here: discovery turns messages into these records.
 */
@NullMarked
package io.sluice.controlplane.fleet;

import org.jspecify.annotations.NullMarked;
