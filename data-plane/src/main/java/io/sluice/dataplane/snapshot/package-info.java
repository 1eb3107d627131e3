/**
 * What a node should do, as one immutable compiled value, and how it becomes live.
 *
 * <p>The config flow passes here between {@code discovery} and the packages that do the work:
 * {@link io.sluice.dataplane.snapshot.SnapshotCompiler} calls their compilers in request order,
 * {@link io.sluice.dataplane.snapshot.SnapshotSwitch} makes before it breaks. Both run on the
 * config thread, off the event loops, one version at a time; only the switch itself is a task on
 * each loop.
 *
 * <p>A snapshot outlives its successor only in requests that began under it. Sockets, pools and
 * health are kept by identity in {@code Listeners} and {@code Clusters}.
 */
@NullMarked
package io.sluice.dataplane.snapshot;

import org.jspecify.annotations.NullMarked;
