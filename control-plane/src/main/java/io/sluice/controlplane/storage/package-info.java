/**
 * What the fleet should do, on disk and in memory: resources, revisions, canary marks and drained
 * nodes.
 *
 * <p>The config flow passes once: {@code api} hands in a {@link
 * io.sluice.controlplane.storage.ChangeSet}, it is validated against the state it would produce,
 * stored in one transaction as one revision, and then published to the listeners of {@link
 * io.sluice.controlplane.storage.ResourceStore#onCommit}. Writers take turns under one lock, on the
 * thread that calls; readers take {@link io.sluice.controlplane.storage.ResourceStore#current()},
 * an immutable value in memory, and wait for nobody.
 *
 * <p>Decisions: revisions come from a counter row in the writing transaction, not from a sequence,
 * because sequences leave gaps and are not in commit order. Canary marks and drained nodes are
 * state without a revision. The backup is a dump of our own, not the database's, so that it moves
 * between H2 and PostgreSQL and between versions of H2.
 */
@NullMarked
package io.sluice.controlplane.storage;

import org.jspecify.annotations.NullMarked;
