package io.sluice.dataplane.l4.udp;

import io.sluice.dataplane.cluster.WeightedClusters;

/**
 * What a UDP listener does with its datagrams.
 *
 * @param idleTimeoutNanos without a datagram either way
 * @param connectionsMax sessions open at once on this node
 * @param responses to each datagram, where each is an exchange of its own; {@link #SESSIONS} where
 *     those of one client belong together
 */
public record UdpSpec(
        WeightedClusters clusters, long idleTimeoutNanos, int connectionsMax, int responses) {
    /** For {@code responses}: the datagrams of one client are one session. */
    public static final int SESSIONS = -1;

    boolean perDatagram() {
        return responses != SESSIONS;
    }
}
