package io.sluice.dataplane.telemetry;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * The node's own metrics, from the same meters that the control plane gets: for the node, each
 * listener, and a bounded number of routes and endpoints (the rest is in the sums of the node).
 * Safe on any thread.
 */
public final class NodeMetrics {
    private static final int ROWS_MAX = 1_000;

    private final StatsCollector collector;
    private final AccessLog accessLog;
    private final Consumer<MetricsText> more;

    /**
     * @param more adds what only others know: the configuration's version, the JVM
     */
    public NodeMetrics(StatsCollector collector, AccessLog accessLog, Consumer<MetricsText> more) {
        this.collector = collector;
        this.accessLog = accessLog;
        this.more = more;
    }

    /** Collects from every loop, then writes all of it. */
    public CompletableFuture<String> text() {
        return collector
                .collect()
                .thenApply(
                        nothing -> {
                            MetricsText text = new MetricsText();
                            collector.totals(
                                    totals -> {
                                        node(text, totals);
                                        listeners(text, totals);
                                        routes(text, totals);
                                        endpoints(text, totals);
                                        return text;
                                    });
                            more.accept(text);
                            return text.toString();
                        });
    }

    private void node(MetricsText text, StatsWindow totals) {
        RouteMeter all = new RouteMeter();
        totals.routes().values().forEach(all::add);
        ListenerMeter connections = new ListenerMeter();
        totals.listeners().values().forEach(connections::add);
        text.gauge(
                        "sluice_connections_open",
                        "Client connections open now.",
                        connections.connectionsOpen)
                .counter(
                        "sluice_connections_accepted_total",
                        "Client connections.",
                        connections.connectionsAccepted)
                .counter(
                        "sluice_connections_refused_total",
                        "Client connections closed at accept because of a limit.",
                        connections.connectionsRefused)
                .counter("sluice_requests_total", "Requests, and L4 connections.", all.requests)
                .counter(
                        "sluice_requests_refused_total",
                        "Requests refused before a route was known.",
                        connections.requestsRefused)
                .counter("sluice_handshakes_total", "TLS agreed on.", connections.handshakes)
                .counter(
                        "sluice_handshakes_resumed_total",
                        "Of these, by resuming an earlier session.",
                        connections.handshakesResumed)
                .counter(
                        "sluice_handshake_failures_total",
                        "Connections that ended before their protocol took them.",
                        connections.handshakeFailures)
                .counter(
                        "sluice_datagrams_in_total",
                        "UDP datagrams from clients.",
                        connections.datagramsIn)
                .counter(
                        "sluice_datagrams_out_total",
                        "UDP datagrams to clients.",
                        connections.datagramsOut)
                .counter(
                        "sluice_datagrams_dropped_total",
                        "UDP datagrams that found no session, no room or no way out.",
                        connections.datagramsDropped)
                .counter(
                        "sluice_sessions_displaced_total",
                        "UDP sessions that gave way to new ones at a bound.",
                        connections.sessionsDisplaced)
                .counter(
                        "sluice_connections_denied_total",
                        "Refused by who the client is.",
                        connections.connectionsDenied)
                .counter(
                        "sluice_connections_tarpitted_total",
                        "Of these, left without an answer for a while.",
                        connections.connectionsTarpitted)
                .counter(
                        "sluice_handshake_timeouts_total",
                        "Of the failed handshakes, those that took too long.",
                        connections.handshakeTimeouts)
                .counter(
                        "sluice_handshakes_tls13_total",
                        "Of the handshakes, those that agreed on TLS 1.3.",
                        connections.handshakesTls13)
                .counter(
                        "sluice_server_name_misses_total",
                        "Clients that asked for a name that no certificate has.",
                        connections.serverNameMisses)
                .gauge(
                        "sluice_web_sockets_open",
                        "WebSockets open now.",
                        connections.webSocketsOpen)
                .counter("sluice_web_sockets_total", "WebSockets opened.", connections.webSockets)
                .counter(
                        "sluice_web_socket_bytes_in_total",
                        "From clients, within WebSockets.",
                        connections.webSocketBytesIn)
                .counter(
                        "sluice_web_socket_bytes_out_total",
                        "To clients, within WebSockets.",
                        connections.webSocketBytesOut)
                .counter(
                        "sluice_failures_total",
                        "Replies of the node's own, and exchanges cut.",
                        all.failures)
                .counter("sluice_retries_total", "Further attempts.", all.retries)
                .histogram(
                        "sluice_request_duration_seconds",
                        "From request head to end of response.",
                        all.latency)
                .counter(
                        "sluice_access_log_dropped_total",
                        "Access log lines dropped.",
                        accessLog.dropped())
                .counter(
                        "sluice_stats_keys_dropped_total",
                        "Rows of statistics that found no room.",
                        totals.keysDropped());
    }

    private static void listeners(MetricsText text, StatsWindow totals) {
        String help = "By listener.";
        row(
                totals.listeners(),
                (key, row) ->
                        text.gauge(
                                "sluice_listener_connections_open",
                                help,
                                row.connectionsOpen,
                                "listener",
                                key.listener()));
        row(
                totals.listeners(),
                (key, row) ->
                        text.counter(
                                "sluice_listener_connections_accepted_total",
                                help,
                                row.connectionsAccepted,
                                "listener",
                                key.listener()));
        row(
                totals.listeners(),
                (key, row) ->
                        text.counter(
                                "sluice_listener_requests_total",
                                help,
                                row.requests,
                                "listener",
                                key.listener()));
        row(
                totals.listeners(),
                (key, row) ->
                        text.counter(
                                "sluice_listener_bytes_in_total",
                                help,
                                row.bytesIn,
                                "listener",
                                key.listener()));
        row(
                totals.listeners(),
                (key, row) ->
                        text.counter(
                                "sluice_listener_bytes_out_total",
                                help,
                                row.bytesOut,
                                "listener",
                                key.listener()));
    }

    private static void routes(MetricsText text, StatsWindow totals) {
        String help = "By route, rule and cluster.";
        row(
                totals.routes(),
                (key, row) ->
                        text.counter(
                                "sluice_route_requests_total", help, row.requests, route(key)));
        row(
                totals.routes(),
                (key, row) ->
                        text.counter(
                                "sluice_route_responses_total",
                                help,
                                row.responses2xx,
                                route(key, "2xx")));
        row(
                totals.routes(),
                (key, row) ->
                        text.counter(
                                "sluice_route_responses_total",
                                help,
                                row.responses3xx,
                                route(key, "3xx")));
        row(
                totals.routes(),
                (key, row) ->
                        text.counter(
                                "sluice_route_responses_total",
                                help,
                                row.responses4xx,
                                route(key, "4xx")));
        row(
                totals.routes(),
                (key, row) ->
                        text.counter(
                                "sluice_route_responses_total",
                                help,
                                row.responses5xx,
                                route(key, "5xx")));
        row(
                totals.routes(),
                (key, row) ->
                        text.counter(
                                "sluice_route_failures_total", help, row.failures, route(key)));
        row(
                totals.routes(),
                (key, row) ->
                        text.secondsCounter(
                                "sluice_route_duration_seconds_total",
                                help,
                                row.latency.sumMicros(),
                                route(key)));
    }

    private static void endpoints(MetricsText text, StatsWindow totals) {
        String help = "By cluster and endpoint.";
        row(
                totals.endpoints(),
                (key, row) ->
                        text.counter(
                                "sluice_endpoint_requests_total",
                                help,
                                row.requests,
                                endpoint(key)));
        row(
                totals.endpoints(),
                (key, row) ->
                        text.counter(
                                "sluice_endpoint_connect_failures_total",
                                help,
                                row.connectFailures,
                                endpoint(key)));
        row(
                totals.endpoints(),
                (key, row) ->
                        text.counter(
                                "sluice_endpoint_ports_exhausted_total",
                                help,
                                row.portsExhausted,
                                endpoint(key)));
        row(
                totals.endpoints(),
                (key, row) ->
                        text.counter(
                                "sluice_endpoint_failures_total",
                                help,
                                row.failures,
                                endpoint(key)));
        row(
                totals.endpoints(),
                (key, row) ->
                        text.gauge("sluice_endpoint_active", help, row.active, endpoint(key)));
    }

    private static <K, M> void row(Map<K, M> rows, BiConsumer<K, M> write) {
        rows.entrySet().stream()
                .limit(ROWS_MAX)
                .forEach(entry -> write.accept(entry.getKey(), entry.getValue()));
    }

    private static String[] route(MeterKey.OfRoute key) {
        return new String[] {"route", key.route(), "rule", key.rule(), "cluster", key.cluster()};
    }

    private static String[] route(MeterKey.OfRoute key, String statusClass) {
        return new String[] {
            "route", key.route(), "rule", key.rule(), "cluster", key.cluster(), "class", statusClass
        };
    }

    private static String[] endpoint(MeterKey.OfEndpoint key) {
        return new String[] {"cluster", key.cluster(), "endpoint", key.address()};
    }
}
