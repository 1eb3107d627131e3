package io.sluice.dataplane.l4.udp;

import io.sluice.dataplane.cluster.WeightedClusters;
import io.sluice.dataplane.l4.SourceAffinity;

import org.jspecify.annotations.Nullable;

/**
 * What a UDP listener does with its datagrams.
 *
 * @param idleTimeoutNanos without a datagram either way
 * @param connectionsMax sessions open at once on this node
 * @param responses to each datagram, where each is an exchange of its own; {@link #SESSIONS} where
 *     those of one client belong together
 * @param affinity null where each session is chosen anew
 * @param samePort whether endpoints are sent to at the port that the client sent to
 */
public record UdpSpec(
        WeightedClusters clusters,
        long idleTimeoutNanos,
        int connectionsMax,
        int responses,
        @Nullable SourceAffinity affinity,
        boolean samePort) {
    /** For {@code responses}: the datagrams of one client are one session. */
    public static final int SESSIONS = -1;

    /** One that chooses each session anew, and knows endpoints' own ports. */
    public UdpSpec(
            WeightedClusters clusters, long idleTimeoutNanos, int connectionsMax, int responses) {
        this(clusters, idleTimeoutNanos, connectionsMax, responses, null, false);
    }

    boolean perDatagram() {
        return responses != SESSIONS;
    }
}
