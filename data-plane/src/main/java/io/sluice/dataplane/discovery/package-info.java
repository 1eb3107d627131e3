/**
 * The node's end of the wire: takes snapshots from the control plane and tells it what became of
 * them.
 *
 * <p>The config flow enters here ({@link io.sluice.dataplane.discovery.SnapshotClient}, {@link
 * io.sluice.dataplane.discovery.SnapshotStream}) and the stats flow leaves ({@link
 * io.sluice.dataplane.discovery.StatsReporter}). gRPC calls back on a small event loop of its own,
 * never on those of the data path; what it brings is posted to the config thread, which alone owns
 * everything in this package, so that nothing here needs a lock. Writing to a stream never waits
 * for reading.
 *
 * <p>The last good snapshot lies on disk ({@link io.sluice.dataplane.discovery.LastGoodSnapshot});
 * a node serves from it while the control plane is away, and steps back from one that killed it
 * ({@link io.sluice.dataplane.discovery.RunMarker}).
 */
@NullMarked
package io.sluice.dataplane.discovery;

import org.jspecify.annotations.NullMarked;
