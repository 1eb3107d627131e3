package io.sluice.controlplane.api;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Schemas of statistics and events. */
final class StatsSchemas {
    private StatsSchemas() {}

    static Map<String, Json> all() {
        Map<String, Json> all = new TreeMap<>();
        all.put(
                "Stats",
                Schemas.object(
                        "Rates over a stretch of time. Rows are sorted by name; one with empty"
                                + " names holds what found no room.",
                        Map.of(
                                "from", Schemas.time("Where it begins."),
                                "to", Schemas.time("Where it ends."),
                                "windowSeconds", Schemas.number("Its length."),
                                "nodes", Schemas.integer("How many nodes reported in it."),
                                "listeners", Schemas.list(Schemas.ref("ListenerStats")),
                                "routes", Schemas.list(Schemas.ref("RouteStats")),
                                "endpoints", Schemas.list(Schemas.ref("EndpointStats"))),
                        List.of(
                                "from",
                                "to",
                                "windowSeconds",
                                "nodes",
                                "listeners",
                                "routes",
                                "endpoints")));
        all.put("ListenerStats", listener());
        all.put("RouteStats", route());
        all.put("EndpointStats", endpoint());
        all.put(
                "Event",
                Json.object()
                        .put(
                                "oneOf",
                                List.of(
                                                "RevisionEvent",
                                                "NodeEvent",
                                                "ActivationEvent",
                                                "ProblemEvent",
                                                "GapEvent")
                                        .stream()
                                        .map(Schemas::ref)
                                        .toList()));
        all.putAll(events());
        return all;
    }

    private static Json listener() {
        Map<String, Json> fields = new TreeMap<>();
        fields.put("listener", Schemas.text("Its name."));
        fields.put("connectionsOpen", Schemas.integer("At the end."));
        rates(
                fields,
                "connectionsAccepted",
                "connectionsRefused",
                "requests",
                "requestsRefused",
                "datagramsIn",
                "datagramsOut",
                "datagramsDropped",
                "sessionsDisplaced",
                "connectionsDenied",
                "connectionsTarpitted",
                "handshakes",
                "handshakesResumed",
                "handshakeFailures",
                "handshakeTimeouts",
                "handshakesTls13",
                "serverNameMisses",
                "webSockets",
                "webSocketBytesIn",
                "webSocketBytesOut",
                "bytesIn",
                "bytesOut");
        return row("A listener.", fields);
    }

    private static Json route() {
        Map<String, Json> fields = new TreeMap<>();
        fields.put("route", Schemas.text("Its name; empty for L4."));
        fields.put("rule", Schemas.text("Its name; listener:NAME for L4."));
        fields.put("cluster", Schemas.text("Where requests went."));
        fields.put("requests", Schemas.integer("In the whole stretch; L4: connections."));
        rates(
                fields,
                "requests",
                "responses1xx",
                "responses2xx",
                "responses3xx",
                "responses4xx",
                "responses5xx");
        rates(fields, "failures", "retries", "bytesIn", "bytesOut");
        latency(fields);
        return row("A cluster under a rule.", fields);
    }

    private static Json endpoint() {
        Map<String, Json> fields = new TreeMap<>();
        fields.put("cluster", Schemas.text("Its name."));
        fields.put("endpoint", Schemas.text("IP:PORT."));
        fields.put("requests", Schemas.integer("In the whole stretch."));
        fields.put("active", Schemas.integer("Under way at the end."));
        rates(
                fields,
                "requests",
                "connectionsOpened",
                "connectFailures",
                "failures",
                "bytesIn",
                "bytesOut");
        latency(fields);
        return row("An endpoint.", fields);
    }

    private static Json row(String description, Map<String, Json> fields) {
        List<String> required = new ArrayList<>(fields.keySet());
        fields.put("node", Schemas.text("With by=node only."));
        return Schemas.object(description, fields, required);
    }

    private static void rates(Map<String, Json> fields, String... names) {
        for (String name : names) {
            fields.put(name + "PerSecond", Schemas.number("Per second."));
        }
    }

    private static void latency(Map<String, Json> fields) {
        for (String name : List.of("mean", "p50", "p90", "p99", "max")) {
            fields.put(
                    name + "Micros",
                    Schemas.integer("Latency in microseconds; 0 where there was none."));
        }
    }

    private static Map<String, Json> events() {
        Map<String, Json> events = new TreeMap<>();
        Map<String, Json> revision = new TreeMap<>(HistorySchemas.summary());
        revision.put("changes", Schemas.list(Schemas.ref("ChangeBrief")));
        events.put(
                "RevisionEvent",
                Schemas.object(
                        "A revision was stored; at most 100 of its changes.",
                        revision,
                        List.copyOf(revision.keySet())));
        events.put(
                "ChangeBrief",
                Schemas.object(
                        "A resource that changed.",
                        Map.of(
                                "kind", Schemas.text("Its kind."),
                                "name", Schemas.text("Its name."),
                                "op",
                                        Schemas.oneOf(
                                                "What happened.", "created", "updated", "deleted")),
                        List.of("kind", "name", "op")));
        events.put("NodeEvent", nodeEvent());
        events.put(
                "ActivationEvent",
                Schemas.object(
                        "A node serves a revision, or refused it; and how far the revision is.",
                        Map.of(
                                "time", Schemas.time("When."),
                                "node", Schemas.text("Its name."),
                                "revision", Schemas.integer("Which."),
                                "result", Schemas.oneOf("What it did.", "active", "rejected"),
                                "connected", Schemas.integer("As in Activation."),
                                "active", Schemas.integer("As in Activation."),
                                "rejected", Schemas.integer("As in Activation.")),
                        List.of(
                                "time",
                                "node",
                                "revision",
                                "result",
                                "connected",
                                "active",
                                "rejected")));
        events.put(
                "ProblemEvent",
                Schemas.object(
                        "A node has problems, or has none any more.",
                        Map.of(
                                "time", Schemas.time("When."),
                                "node", Schemas.text("Its name."),
                                "revision", Schemas.integer("Of which revision."),
                                "problems", Schemas.list(Schemas.ref("NodeProblem"))),
                        List.of("time", "node", "revision", "problems")));
        events.put(
                "GapEvent",
                Schemas.object(
                        "Events are missing: read the state anew.",
                        Map.of(
                                "after", Schemas.integer("The last event that the client has."),
                                "resumedAfter", Schemas.integer("Events after this one follow.")),
                        List.of("after", "resumedAfter")));
        return events;
    }

    private static Json nodeEvent() {
        Map<String, Json> fields = new TreeMap<>();
        fields.put("time", Schemas.time("When."));
        fields.put("node", Schemas.text("Its name."));
        fields.put(
                "change",
                Schemas.oneOf(
                        "What.",
                        "connected",
                        "gone",
                        "draining",
                        "drained",
                        "undrained",
                        "endpoints"));
        fields.put("state", Schemas.oneOf("As in Node.", "connected", "draining", "gone"));
        fields.put("address", Schemas.text("As in Node."));
        fields.put("wantedRevision", Schemas.integer("As in Node."));
        fields.put("activeRevision", Schemas.integer("As in Node."));
        fields.put("drained", Schemas.bool("As in Node."));
        fields.put("connections", Schemas.integer("As in Node."));
        List<String> required = List.copyOf(fields.keySet());
        fields.put("reason", Schemas.text("Why it is gone; absent otherwise."));
        return Schemas.object("Something happened to a node.", fields, required);
    }
}
