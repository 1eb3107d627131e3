/**
 * Who gets which snapshot, and when. Between {@code snapshot} and {@code fleet} below and {@code
 * discovery} above: commits of the store and messages of the nodes come in as events, offers go
 * out.
 *
 * <p>{@link io.sluice.controlplane.rollout.RolloutLoop} is one thread and owns every decision;
 * doors post sealed events and wait for nothing. {@code RolloutEngine} decides about one node and
 * is pure: what it wants done comes back as values, so that its tests need neither threads nor
 * clocks.
 */
@NullMarked
package io.sluice.controlplane.rollout;

import org.jspecify.annotations.NullMarked;
