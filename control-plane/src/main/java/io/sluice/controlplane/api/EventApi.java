package io.sluice.controlplane.api;

import io.sluice.controlplane.fleet.Activation;
import io.sluice.controlplane.fleet.Fleet;
import io.sluice.controlplane.fleet.FleetEvent;
import io.sluice.controlplane.fleet.NodeView;
import io.sluice.controlplane.storage.Commit;
import io.sluice.controlplane.storage.RevisionSummary;
import io.sluice.proto.DidYouMean;
import io.sluice.proto.Problems;
import io.vertx.core.Vertx;
import io.vertx.ext.web.RoutingContext;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** What happens, as it happens: server-sent events. */
final class EventApi {
    static final String OPERATION_ID = "streamEvents";

    private static final List<String> TYPES = List.of("revision", "node", "activation", "problem");
    private static final String MEDIA_TYPE = "text/event-stream";

    private final Vertx vertx;
    private final Fleet fleet;
    private final InstantSource clock;
    private final EventRing ring;
    private final Responder responder;
    private final RestOptions options;
    private final AtomicInteger streams = new AtomicInteger();

    EventApi(
            Vertx vertx,
            Fleet fleet,
            InstantSource clock,
            EventRing ring,
            Responder responder,
            RestOptions options) {
        this.vertx = vertx;
        this.fleet = fleet;
        this.clock = clock;
        this.ring = ring;
        this.responder = responder;
        this.options = options;
    }

    List<RestOperation> operations() {
        return List.of(
                RestOperation.get(
                                "/api/v1/events",
                                OPERATION_ID,
                                "Server-sent events, from now on or from Last-Event-ID: revision,"
                                    + " node, activation, problem; data is one of the schemas named"
                                    + " Event. gap tells that events were missed: read the state"
                                    + " anew. Comments keep a silent stream alive; a client that is"
                                    + " too slow is cut.")
                        .takes(
                                Parameter.query(
                                        "types",
                                        Parameter.Type.TEXT,
                                        "Only these, separated by commas; default all."),
                                Parameter.header(
                                        "Last-Event-ID", "The last event that the client has."))
                        .answers(200, "The stream.", List.of(MEDIA_TYPE), Schemas.ref("Event"))
                        .streaming(this::stream));
    }

    int streams() {
        return streams.get();
    }

    private void stream(RoutingContext request) {
        Problems problems = Problems.collect();
        Set<String> types = types(request.queryParams().get("types"), problems.at("types"));
        String lastId = request.request().getHeader("Last-Event-ID");
        if (lastId != null && !lastId.matches("\\d{1,18}")) {
            problems.at("Last-Event-ID").reject("BAD_EVENT_ID", "is not the id of an event");
        }
        if (problems.hasErrors()) {
            responder.send(request, Reply.malformed(problems.errors()));
            return;
        }
        if (streams.get() >= options.eventStreamsMax()) {
            responder.send(
                    request,
                    Reply.refused(503, "BUSY", "too many event streams are open")
                            .with("Retry-After", "5"));
            return;
        }
        responder.head(request.response());
        request.response().putHeader("Content-Type", MEDIA_TYPE);
        if (request.request().method().name().equals("HEAD")) {
            request.response().end();
            return;
        }
        streams.incrementAndGet();
        new EventStream(vertx, request, ring, types)
                .open(after(lastId), options.heartbeat().toMillis(), streams::decrementAndGet);
    }

    /** Where the stream begins; 0 means with the oldest kept event. */
    private long after(@Nullable String lastId) {
        if (lastId == null) {
            return ring.newestId();
        }
        long id = Long.parseLong(lastId);
        return id == 0 && ring.after(0) instanceof EventRing.Next.Lost(long beforeOldest)
                ? beforeOldest
                : id;
    }

    private static Set<String> types(@Nullable String text, Problems problems) {
        if (text == null || text.isBlank()) {
            return Set.of();
        }
        Set<String> types = new HashSet<>();
        for (String type : Arrays.stream(text.split(",", -1)).map(String::strip).toList()) {
            if (!TYPES.contains(type)) {
                String hint = DidYouMean.hint(type, TYPES);
                problems.reject(
                        "UNKNOWN_VALUE",
                        "there are no events of type \"" + type + "\"",
                        hint.isEmpty() ? "there are " + String.join(", ", TYPES) : hint);
            }
            types.add(type);
        }
        return types;
    }

    /** Called by the store after each commit. */
    void onCommit(Commit commit) {
        RevisionSummary revision = commit.revision();
        if (revision == null) {
            return;
        }
        ring.append(
                "revision",
                () ->
                        RevisionApi.summary(revision)
                                .put(
                                        "changes",
                                        commit.changes().stream()
                                                .limit(Listing.PAGE_SIZE_DEFAULT)
                                                .map(
                                                        change ->
                                                                Json.object()
                                                                        .put(
                                                                                "kind",
                                                                                change.key()
                                                                                        .kind()
                                                                                        .title())
                                                                        .put(
                                                                                "name",
                                                                                change.key().name())
                                                                        .put(
                                                                                "op",
                                                                                Writes.text(
                                                                                        change
                                                                                                .kind())))
                                                .toList()));
    }

    /** Called by the fleet after each event. */
    void onFleet(FleetEvent event) {
        NodeView node = event.node();
        switch (event) {
            case FleetEvent.NodeConnected connected -> node(node, "connected", "");
            case FleetEvent.NodeGone gone -> node(node, "gone", gone.reason());
            case FleetEvent.NodeDraining draining -> node(node, "draining", "");
            case FleetEvent.NodeDrained drained -> node(node, "drained", "");
            case FleetEvent.NodeUndrained undrained -> node(node, "undrained", "");
            case FleetEvent.EndpointsChanged endpoints -> node(node, "endpoints", "");
            case FleetEvent.NodeActive active -> {
                activation(node, active.revision(), "active");
                if (!node.problems().isEmpty()) {
                    problem(node, active.revision());
                }
            }
            case FleetEvent.NodeRejected rejected -> {
                activation(node, rejected.revision(), "rejected");
                problem(node, rejected.revision());
            }
            case FleetEvent.NodeProblems problems -> problem(node, node.activeRevision());
        }
    }

    private void node(NodeView node, String change, String reason) {
        append(
                "node",
                json ->
                        json.put("node", node.name())
                                .put("change", change)
                                .putText("reason", reason)
                                .put("state", node.state().text())
                                .put("address", node.address())
                                .put("wantedRevision", node.wantedRevision())
                                .put("activeRevision", node.activeRevision())
                                .put("drained", node.drained())
                                .put("connections", node.connections()));
    }

    private void activation(NodeView node, long revision, String result) {
        append(
                "activation",
                json -> {
                    Activation activation = fleet.view().activation(revision);
                    json.put("node", node.name())
                            .put("revision", revision)
                            .put("result", result)
                            .put("connected", activation.connected())
                            .put("active", activation.active())
                            .put("rejected", activation.rejected());
                });
    }

    private void problem(NodeView node, long revision) {
        append(
                "problem",
                json ->
                        json.put("node", node.name())
                                .put("revision", revision)
                                .put("problems", NodeJson.problems(node)));
    }

    /** The text is made when the first reader wants it, the time is taken now. */
    private void append(String name, Consumer<Json> fill) {
        Instant now = clock.instant();
        ring.append(
                name,
                () -> {
                    Json data = Json.object().put("time", now);
                    fill.accept(data);
                    return data;
                });
    }
}
