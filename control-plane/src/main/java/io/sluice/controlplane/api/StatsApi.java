package io.sluice.controlplane.api;

import io.sluice.controlplane.fleet.Fleet;
import io.sluice.controlplane.fleet.NodeView;
import io.sluice.controlplane.fleet.StatsHistory;
import io.sluice.controlplane.fleet.StatsView;
import io.sluice.controlplane.fleet.StatsView.EndpointRates;
import io.sluice.controlplane.fleet.StatsView.LatencyQuantiles;
import io.sluice.controlplane.fleet.StatsView.ListenerRates;
import io.sluice.controlplane.fleet.StatsView.RouteRates;
import io.sluice.proto.DidYouMean;
import io.sluice.proto.DurationText;
import io.sluice.proto.Problems;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Rates and latencies of the last while. */
final class StatsApi {
    private static final Duration WINDOW_DEFAULT = Duration.ofSeconds(60);
    private static final Duration WINDOW_MIN = Duration.ofSeconds(5);
    private static final Duration WINDOW_MAX = Duration.ofHours(1);

    private final StatsHistory history;
    private final Fleet fleet;

    StatsApi(StatsHistory history, Fleet fleet) {
        this.history = history;
        this.fleet = fleet;
    }

    /** Rows under construction. */
    private record Rows(List<Json> listeners, List<Json> routes, List<Json> endpoints) {
        void add(StatsView view, String node) {
            view.listeners().forEach(rates -> listeners.add(json(node, rates)));
            view.routes().forEach(rates -> routes.add(json(node, rates)));
            view.endpoints().forEach(rates -> endpoints.add(json(node, rates)));
        }
    }

    List<RestOperation> operations() {
        return List.of(
                RestOperation.get(
                                "/api/v1/stats",
                                "getStats",
                                "Rates per second and latency quantiles of listeners, rules and"
                                        + " endpoints.")
                        .takes(
                                Parameter.query(
                                        "window",
                                        Parameter.Type.DURATION,
                                        "How far back, 5s to 1h; default 60s."),
                                Parameter.query("node", Parameter.Type.TEXT, "Only of this node."),
                                Parameter.query(
                                        "by",
                                        Parameter.Type.TEXT,
                                        "node: rows of each node apart, with its name; default the"
                                                + " sums over the fleet."))
                        .answers(200, "The rates.", Schemas.ref("Stats"))
                        .blocking(this::stats));
    }

    private Reply stats(Call call) {
        Problems problems = Problems.collect();
        Duration window = window(call, problems.at("window"));
        String by = call.text("by");
        if (!by.isEmpty() && !by.equals("node")) {
            problems.at("by").reject("UNKNOWN_VALUE", "must be node, or left out");
        }
        if (problems.hasErrors()) {
            return Reply.malformed(problems.errors());
        }
        Optional<String> node = Optional.of(call.text("node")).filter(name -> !name.isEmpty());
        List<String> names = fleet.view().nodes().stream().map(NodeView::name).toList();
        if (node.isPresent() && !names.contains(node.get())) {
            String hint = DidYouMean.hint(node.get(), names);
            return Reply.notFound(
                    "no node \""
                            + node.get()
                            + "\" has connected"
                            + (hint.isEmpty() ? "" : "; " + hint));
        }
        StatsView whole = history.query(window, node);
        Rows rows = new Rows(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        if (by.isEmpty()) {
            rows.add(whole, "");
        } else {
            for (String name : node.map(List::of).orElse(names)) {
                rows.add(history.query(window, Optional.of(name)), name);
            }
        }
        return Reply.ok(
                Json.object()
                        .put("from", whole.from())
                        .put("to", whole.to())
                        .put("windowSeconds", whole.windowSeconds())
                        .put("nodes", whole.nodes())
                        .put("listeners", rows.listeners())
                        .put("routes", rows.routes())
                        .put("endpoints", rows.endpoints()));
    }

    private static Duration window(Call call, Problems problems) {
        if (!call.has("window")) {
            return WINDOW_DEFAULT;
        }
        Optional<Duration> window = DurationText.parseJava(call.text("window"));
        if (window.isEmpty()) {
            problems.reject(
                    "WRONG_TYPE",
                    "\"" + call.text("window") + "\" is not a duration",
                    "write 60s, 5m or 1h");
            return WINDOW_DEFAULT;
        }
        if (window.get().compareTo(WINDOW_MIN) < 0 || window.get().compareTo(WINDOW_MAX) > 0) {
            problems.reject("OUT_OF_RANGE", "must be from 5s to 1h");
        }
        return window.get();
    }

    private static Json json(String node, ListenerRates rates) {
        return Json.object()
                .putText("node", node)
                .put("listener", rates.listener())
                .put("connectionsAcceptedPerSecond", rates.connectionsAcceptedPerSecond())
                .put("connectionsRefusedPerSecond", rates.connectionsRefusedPerSecond())
                .put("connectionsOpen", rates.connectionsOpen())
                .put("requestsPerSecond", rates.requestsPerSecond())
                .put("requestsRefusedPerSecond", rates.requestsRefusedPerSecond())
                .put("datagramsInPerSecond", rates.datagramsInPerSecond())
                .put("datagramsOutPerSecond", rates.datagramsOutPerSecond())
                .put("datagramsDroppedPerSecond", rates.datagramsDroppedPerSecond())
                .put("sessionsDisplacedPerSecond", rates.sessionsDisplacedPerSecond())
                .put("connectionsDeniedPerSecond", rates.connectionsDeniedPerSecond())
                .put("connectionsTarpittedPerSecond", rates.connectionsTarpittedPerSecond())
                .put("handshakesPerSecond", rates.tls().handshakesPerSecond())
                .put("handshakesResumedPerSecond", rates.tls().handshakesResumedPerSecond())
                .put("handshakeFailuresPerSecond", rates.tls().handshakeFailuresPerSecond())
                .put("handshakeTimeoutsPerSecond", rates.tls().handshakeTimeoutsPerSecond())
                .put("handshakesTls13PerSecond", rates.tls().handshakesTls13PerSecond())
                .put("serverNameMissesPerSecond", rates.tls().serverNameMissesPerSecond())
                .put("webSocketsPerSecond", rates.webSocketsPerSecond())
                .put("webSocketBytesInPerSecond", rates.webSocketBytesInPerSecond())
                .put("webSocketBytesOutPerSecond", rates.webSocketBytesOutPerSecond())
                .put("bytesInPerSecond", rates.bytesInPerSecond())
                .put("bytesOutPerSecond", rates.bytesOutPerSecond());
    }

    private static Json json(String node, RouteRates rates) {
        Json json =
                Json.object()
                        .putText("node", node)
                        .put("route", rates.route())
                        .put("rule", rates.rule())
                        .put("cluster", rates.cluster())
                        .put("requests", rates.requests())
                        .put("requestsPerSecond", rates.requestsPerSecond())
                        .put("responses1xxPerSecond", rates.responses1xxPerSecond())
                        .put("responses2xxPerSecond", rates.responses2xxPerSecond())
                        .put("responses3xxPerSecond", rates.responses3xxPerSecond())
                        .put("responses4xxPerSecond", rates.responses4xxPerSecond())
                        .put("responses5xxPerSecond", rates.responses5xxPerSecond())
                        .put("failuresPerSecond", rates.failuresPerSecond())
                        .put("retriesPerSecond", rates.retriesPerSecond())
                        .put("bytesInPerSecond", rates.bytesInPerSecond())
                        .put("bytesOutPerSecond", rates.bytesOutPerSecond());
        return latency(json, rates.latency());
    }

    private static Json json(String node, EndpointRates rates) {
        Json json =
                Json.object()
                        .putText("node", node)
                        .put("cluster", rates.cluster())
                        .put("endpoint", rates.endpoint())
                        .put("requests", rates.requests())
                        .put("requestsPerSecond", rates.requestsPerSecond())
                        .put("connectionsOpenedPerSecond", rates.connectionsOpenedPerSecond())
                        .put("connectFailuresPerSecond", rates.connectFailuresPerSecond())
                        .put("failuresPerSecond", rates.failuresPerSecond())
                        .put("bytesInPerSecond", rates.bytesInPerSecond())
                        .put("bytesOutPerSecond", rates.bytesOutPerSecond())
                        .put("active", rates.active());
        return latency(json, rates.latency());
    }

    private static Json latency(Json json, LatencyQuantiles latency) {
        return json.put("meanMicros", latency.meanMicros())
                .put("p50Micros", latency.p50Micros())
                .put("p90Micros", latency.p90Micros())
                .put("p99Micros", latency.p99Micros())
                .put("maxMicros", latency.maxMicros());
    }
}
