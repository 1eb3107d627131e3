/**
 * UDP listeners: the datagrams of each client are relayed to an endpoint of its cluster, and back.
 *
 * <p>{@code listener -> DownstreamSocket -> UdpServing -> cluster -> UdpSession -> telemetry}, all
 * on the loop to which the kernel gave the client's datagrams: each loop has a socket of its own on
 * the listener's address, and a client's address and port decide which one gets them. A session has
 * a connected upstream socket on the same loop. It keeps its endpoint and meters, never a spec or
 * snapshot, and runs on when its listener or cluster leaves the configuration.
 *
 * <p>2026-11-26: one upstream socket per session and not one for many: the endpoint can tell
 * sessions apart by port only, and a connected socket hears of ICMP errors.
 */
@NullMarked
package io.sluice.dataplane.l4.udp;

import org.jspecify.annotations.NullMarked;
