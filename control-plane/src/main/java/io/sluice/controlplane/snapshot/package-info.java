/**
 * What a node group should serve at a revision: listeners and all they reach, as the entries that
 * go over the wire. Between {@code storage} below and {@code rollout} above.
 *
 * <p>{@link io.sluice.controlplane.snapshot.SnapshotBuilder} is pure: same state, same bytes. It
 * takes the result before as a hint and carries entries over by the identity of their resource, so
 * that a change costs little however much is stored. Entries and snapshots are immutable and shared
 * by all nodes; so are the messages made of them, which are serialised once. {@code SnapshotCache}
 * and {@code Snapshots} belong to the rollout loop.
 *
 * <p>Certificates go, with their keys, only to the groups whose listeners use them.
 */
@NullMarked
package io.sluice.controlplane.snapshot;

import org.jspecify.annotations.NullMarked;
