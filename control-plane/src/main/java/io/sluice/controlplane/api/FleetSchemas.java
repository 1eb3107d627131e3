package io.sluice.controlplane.api;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Schemas of nodes, canaries and the state of the whole. */
final class FleetSchemas {
    private FleetSchemas() {}

    static Map<String, Json> all() {
        Map<String, Json> all = new TreeMap<>();
        all.put("Node", node());
        all.put("NodeProblem", nodeProblem());
        all.put("NodeEndpoint", endpoint());
        all.put("Canary", canary());
        all.put("WeightsRequest", weightsRequest());
        all.put("Status", status());
        all.put("Readiness", readiness());
        all.put("Connection", connection());
        all.put("ConnectionList", connectionList());
        all.put("ConnectionsKilled", connectionsKilled());
        all.put("OffenderList", offenders());
        return all;
    }

    private static Json node() {
        Map<String, Json> fields = new TreeMap<>();
        fields.put("name", Schemas.text("Unique in the fleet."));
        fields.put("labels", Schemas.map("As the node was started with."));
        fields.put("address", Schemas.text("Where its stream comes from, IP:PORT."));
        fields.put(
                "adminAddress", Schemas.text("Its admin door, HOST:PORT; empty if it has none."));
        fields.put("softwareVersion", Schemas.text("As the node says."));
        fields.put("bootId", Schemas.text("Of its process."));
        fields.put(
                "state",
                Schemas.oneOf("As seen from the control plane.", "connected", "draining", "gone"));
        fields.put("drainWanted", Schemas.bool("Whether the operator wants it drained."));
        fields.put("drained", Schemas.bool("true once nothing is in flight any more."));
        fields.put("connections", Schemas.integer("Open while it drains."));
        fields.put(
                "wantedRevision",
                Schemas.integer("The revision it should serve; 0 while nothing is stored."));
        fields.put("activeRevision", Schemas.integer("The newest revision it serves; 0 if none."));
        fields.put(
                "rejectedRevision",
                Schemas.integer("The wanted revision if it refused it, else 0."));
        fields.put("problems", Schemas.list(Schemas.ref("NodeProblem")));
        fields.put("connectedSince", Schemas.time("When its stream was opened."));
        fields.put("lastSeen", Schemas.time("When it last sent anything."));
        fields.put("endpoints", Schemas.list(Schemas.ref("NodeEndpoint")));
        return Schemas.object("A node.", fields, List.copyOf(fields.keySet()));
    }

    private static Json nodeProblem() {
        return Schemas.object(
                "What a node cannot serve, or refused.",
                Map.of(
                        "kind", Schemas.text("Of the resource; absent for the node as a whole."),
                        "name", Schemas.text("Of the resource; absent for the node as a whole."),
                        "field", Schemas.text("Path of the field; absent for the whole."),
                        "code", Schemas.text("Stable, upper case."),
                        "message", Schemas.text("For people.")),
                List.of("code", "message"));
    }

    private static Json endpoint() {
        return Schemas.object(
                "An endpoint as the node sees it.",
                Map.of(
                        "cluster", Schemas.text("Its cluster."),
                        "address", Schemas.text("IP:PORT."),
                        "health",
                                Schemas.oneOf(
                                        "What checks say.", "unknown", "healthy", "unhealthy"),
                        "since", Schemas.time("When it became so."),
                        "reason", Schemas.text("Why it is unhealthy, else empty.")),
                List.of("cluster", "address", "health", "since", "reason"));
    }

    private static Json canary() {
        Json weight =
                Schemas.object(
                        "A cluster's share.",
                        Map.of(
                                "cluster",
                                Schemas.text("Its name."),
                                "weight",
                                Schemas.integer("Its weight.")),
                        List.of("cluster", "weight"));
        return Schemas.object(
                "A split and who owns its weights.",
                Map.of(
                        "split", Schemas.text("ROUTE/RULE or listener:NAME[/RULE]."),
                        "owned", Schemas.bool("Whether the weights belong to canary set."),
                        "weights", Schemas.list(weight),
                        "since", Schemas.time("When that began; absent if not owned."),
                        "author", Schemas.text("Who set the weights last; absent if not owned."),
                        "revision",
                                Schemas.integer(
                                        "In which they were set, or the resource last changed.")),
                List.of("split", "owned", "weights", "revision"));
    }

    private static Json weightsRequest() {
        Map<String, Json> fields = new TreeMap<>();
        fields.put("rule", Schemas.text("Which rule; may be left out if only one splits."));
        fields.put(
                "weights",
                Json.object()
                        .put("type", "object")
                        .put(
                                "description",
                                "Cluster to its share of 100; the others share the rest as they"
                                        + " did.")
                        .put(
                                "additionalProperties",
                                Json.object()
                                        .put("type", "integer")
                                        .put("minimum", 0)
                                        .put("maximum", 100)));
        fields.put(
                "release",
                Schemas.bool("true ends the ownership of canary set; the weights stay."));
        return Schemas.object("Exactly one of weights and release.", fields, List.of());
    }

    private static Json status() {
        Json resources =
                Schemas.object(
                        "How many there are.",
                        Map.of(
                                "listeners", Schemas.integer("Listeners."),
                                "routes", Schemas.integer("Routes."),
                                "clusters", Schemas.integer("Clusters."),
                                "certificates", Schemas.integer("Certificates.")),
                        List.of("listeners", "routes", "clusters", "certificates"));
        Json nodes =
                Schemas.object(
                        "How many nodes there are; active and rejected are of the current"
                                + " revision.",
                        Map.of(
                                "connected",
                                        Schemas.integer("With an open stream, and not draining."),
                                "draining", Schemas.integer("With an open stream, and draining."),
                                "gone", Schemas.integer("Without."),
                                "active", Schemas.integer("With an open stream, and serving it."),
                                "rejected",
                                        Schemas.integer("With an open stream, and refusing it.")),
                        List.of("connected", "draining", "gone", "active", "rejected"));
        return Schemas.object(
                "The control plane and its fleet at a glance.",
                Map.of(
                        "softwareVersion", Schemas.text("Of the control plane."),
                        "epoch", Schemas.integer("Grows when the store is created or restored."),
                        "revision", Schemas.integer("The current one."),
                        "database", Schemas.text("h2 or postgresql."),
                        "startTime", Schemas.time("Of the control plane's process."),
                        "resources", resources,
                        "nodes", nodes),
                List.of(
                        "softwareVersion",
                        "epoch",
                        "revision",
                        "database",
                        "startTime",
                        "resources",
                        "nodes"));
    }

    private static Json connection() {
        Map<String, Json> fields = new TreeMap<>();
        fields.put("node", Schemas.text("Which has it."));
        fields.put("id", Schemas.integer("Unique on its node while it runs."));
        fields.put(
                "protocol",
                Schemas.oneOf(
                        "What it speaks; websocket where HTTP/1.1 became one.",
                        "tcp",
                        "udp",
                        "http1",
                        "http2",
                        "websocket"));
        fields.put("client", Schemas.text("IP:PORT, by the PROXY header where one told it."));
        fields.put("listener", Schemas.text("Its name."));
        fields.put(
                "rule",
                Schemas.text(
                        "As in statistics: listener:NAME or listener:NAME/RULE, of HTTP ROUTE/RULE"
                                + " of the requests under way; several if they differ."));
        fields.put("cluster", Schemas.text("Where it goes; several if its requests differ."));
        fields.put(
                "upstream",
                Schemas.text(
                        "The endpoint, IP:PORT; empty while there is none, several if its requests"
                                + " differ."));
        fields.put("ageMillis", Schemas.integer("Since it began."));
        fields.put("bytesIn", Schemas.integer("From the client."));
        fields.put("bytesOut", Schemas.integer("To the client."));
        fields.put("rttMicros", Schemas.integer("To the client, by the kernel; 0 if not known."));
        fields.put("retransmits", Schemas.integer("To the client, so far."));
        fields.put("upstreamRttMicros", Schemas.integer("To the endpoint; 0 if not known."));
        fields.put("upstreamRetransmits", Schemas.integer("To the endpoint, so far."));
        fields.put("requests", Schemas.integer("Of HTTP, so far."));
        fields.put("cutInMillis", Schemas.integer("Until a drain cuts it; 0 for never."));
        return Schemas.object(
                "A live connection or UDP session.", fields, List.copyOf(fields.keySet()));
    }

    private static Json connectionList() {
        return Schemas.object(
                "A page of connections.",
                Map.of(
                        "items", Schemas.list(Schemas.ref("Connection")),
                        "nextPageToken", Schemas.text("Of the next page; empty on the last."),
                        "totalSize", Schemas.integer("Connections that the filter means."),
                        "open", Schemas.integer("Connections of the listeners asked for."),
                        "silentNodes", silentNodes()),
                List.of("items", "nextPageToken", "totalSize", "open", "silentNodes"));
    }

    private static Json connectionsKilled() {
        return Schemas.object(
                "What came of it.",
                Map.of(
                        "matched", Schemas.integer("Connections that the filter means."),
                        "killed", Schemas.integer("Those that were ended."),
                        "nodesOverMax",
                                Schemas.list(
                                        Schemas.text("Of nodes with more than max: none ended.")),
                        "silentNodes", silentNodes()),
                List.of("matched", "killed", "nodesOverMax", "silentNodes"));
    }

    private static Json offenders() {
        Json offender =
                Schemas.object(
                        "A network of clients.",
                        Map.of(
                                "node", Schemas.text("Which refused it."),
                                "listener", Schemas.text("Which refused it."),
                                "network", Schemas.text("Its first address."),
                                "refused", Schemas.integer("Connections refused so far."),
                                "open", Schemas.integer("Connections it has open.")),
                        List.of("node", "listener", "network", "refused", "open"));
        return Schemas.object(
                "Those refused most.",
                Map.of("items", Schemas.list(offender), "silentNodes", silentNodes()),
                List.of("items", "silentNodes"));
    }

    private static Json silentNodes() {
        return Schemas.list(Schemas.text("Of connected nodes that did not answer within 5s."));
    }

    private static Json readiness() {
        return Schemas.object(
                "Whether the control plane does its work.",
                Map.of(
                        "ready",
                        Schemas.bool("true with 200."),
                        "reasons",
                        Schemas.list(Schemas.text("Why not."))),
                List.of("ready", "reasons"));
    }
}
