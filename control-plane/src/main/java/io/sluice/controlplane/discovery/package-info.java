/**
 * The nodes' door: the gRPC service of {@code sluice.discovery.v1} on Netty loops of its own.
 * Between the wire and {@code rollout} (configuration) or {@code fleet} (statistics).
 *
 * <p>A stream decides nothing. What a node sends becomes an event for the rollout loop; what the
 * loop wants sent waits in the stream's mailbox, at most one offer, until the node takes it.
 * Reading goes on while writing waits.
 */
@NullMarked
package io.sluice.controlplane.discovery;

import org.jspecify.annotations.NullMarked;
