/**
 * TCP listeners: each connection is relayed to an endpoint of its cluster.
 *
 * <p>{@code listener -> TcpServing -> cluster -> net/Relay -> telemetry}, all on the connection's
 * loop. A connection keeps its endpoint and meters, never a spec or snapshot: it runs on when its
 * listener or cluster leaves the configuration.
 */
@NullMarked
package io.sluice.dataplane.l4.tcp;

import org.jspecify.annotations.NullMarked;
