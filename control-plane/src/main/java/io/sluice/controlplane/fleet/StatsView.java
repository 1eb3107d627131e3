package io.sluice.controlplane.fleet;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Rates over a stretch of time, of one node or the whole fleet. Rows are sorted by their names. A
 * row with empty names holds what found no room. Immutable.
 *
 * @param from where the stretch begins
 * @param to where it ends
 * @param nodes how many nodes reported in it
 * @param keysDropped keys that found no room at the nodes
 */
public record StatsView(
        Instant from,
        Instant to,
        int nodes,
        List<ListenerRates> listeners,
        List<RouteRates> routes,
        List<EndpointRates> endpoints,
        long keysDropped) {

    /** Length of the stretch in seconds. */
    public double windowSeconds() {
        return Duration.between(from, to).toMillis() / 1e3;
    }

    /**
     * One listener.
     *
     * @param connectionsOpen at the end of the stretch
     */
    public record ListenerRates(
            String listener,
            double connectionsAcceptedPerSecond,
            double connectionsRefusedPerSecond,
            long connectionsOpen,
            double bytesInPerSecond,
            double bytesOutPerSecond,
            double requestsPerSecond,
            double requestsRefusedPerSecond,
            double datagramsInPerSecond,
            double datagramsOutPerSecond,
            double datagramsDroppedPerSecond,
            double sessionsDisplacedPerSecond,
            double connectionsDeniedPerSecond,
            double connectionsTarpittedPerSecond,
            TlsRates tls,
            double webSocketsPerSecond,
            double webSocketBytesInPerSecond,
            double webSocketBytesOutPerSecond) {}

    /** The handshakes of one listener. */
    public record TlsRates(
            double handshakesPerSecond,
            double handshakesResumedPerSecond,
            double handshakeFailuresPerSecond,
            double handshakeTimeoutsPerSecond,
            double handshakesTls13PerSecond,
            double serverNameMissesPerSecond) {}

    /**
     * One cluster under one rule. L4 connections are here as requests of route "" and rule
     * "listener:NAME".
     *
     * @param requests in the whole stretch
     */
    public record RouteRates(
            String route,
            String rule,
            String cluster,
            long requests,
            double requestsPerSecond,
            double responses1xxPerSecond,
            double responses2xxPerSecond,
            double responses3xxPerSecond,
            double responses4xxPerSecond,
            double responses5xxPerSecond,
            double failuresPerSecond,
            double retriesPerSecond,
            double bytesInPerSecond,
            double bytesOutPerSecond,
            LatencyQuantiles latency) {}

    /**
     * One endpoint.
     *
     * @param requests in the whole stretch
     * @param active under way at the end of the stretch
     */
    public record EndpointRates(
            String cluster,
            String endpoint,
            long requests,
            double requestsPerSecond,
            double connectionsOpenedPerSecond,
            double connectFailuresPerSecond,
            double failuresPerSecond,
            double bytesInPerSecond,
            double bytesOutPerSecond,
            long active,
            LatencyQuantiles latency) {}

    /** Quantiles in microseconds; all 0 where nothing was recorded. */
    public record LatencyQuantiles(
            long count,
            long meanMicros,
            long p50Micros,
            long p90Micros,
            long p99Micros,
            long maxMicros) {}
}
