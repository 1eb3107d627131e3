package io.sluice.controlplane.api;

import io.sluice.controlplane.api.Listing.Field;
import io.sluice.controlplane.fleet.Fleet;
import io.sluice.controlplane.fleet.NodeView;
import io.sluice.controlplane.storage.ResourceStore;
import io.sluice.proto.DidYouMean;
import io.sluice.proto.Problems;
import io.vertx.core.http.HttpMethod;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The nodes, and the wish to drain one. */
final class NodeApi {
    private static final Listing<NodeView> LISTING =
            new Listing<>("name", "name", fields(), NodeView::labels);

    private final ResourceStore store;
    private final Fleet fleet;

    NodeApi(ResourceStore store, Fleet fleet) {
        this.store = store;
        this.fleet = fleet;
    }

    private static Map<String, Field<NodeView>> fields() {
        Map<String, Field<NodeView>> fields = new HashMap<>();
        fields.put("name", Field.text("text", NodeView::name));
        fields.put("address", Field.text("IP:PORT", NodeView::address));
        fields.put("softwareVersion", Field.text("text", NodeView::softwareVersion));
        fields.put("state", Field.text("connected, draining or gone", node -> node.state().text()));
        fields.put(
                "drained", Field.text("true or false", node -> Boolean.toString(node.drained())));
        fields.put("wantedRevision", Field.number("number", NodeView::wantedRevision));
        fields.put("activeRevision", Field.number("number", NodeView::activeRevision));
        fields.put(
                "problem",
                Field.many(
                        "codes",
                        node -> node.problems().stream().map(problem -> problem.code()).toList()));
        return fields;
    }

    List<RestOperation> operations() {
        Parameter name = Parameter.path("name", "Name of the node.");
        return List.of(
                RestOperation.get(
                                "/api/v1/nodes",
                                "listNodes",
                                "Lists the nodes, those that are gone included.")
                        .takes(LISTING.parameters())
                        .answers(200, "A page.", Schemas.page("Node"))
                        .quick(this::list),
                RestOperation.get("/api/v1/nodes/{name}", "getNode", "Reads a node.")
                        .takes(name)
                        .answers(200, "The node.", Schemas.ref("Node"))
                        .quick(this::get),
                RestOperation.of(
                                HttpMethod.POST,
                                "/api/v1/nodes/{name}:drain",
                                "drainNode",
                                "Wants a node drained: it stops accepting and finishes what is in"
                                    + " flight. Survives restarts; the node's drained says when it"
                                    + " is done.")
                        .takes(name)
                        .answers(200, "The node, now or soon draining.", Schemas.ref("Node"))
                        .blocking(call -> setDrained(call, true)),
                RestOperation.of(
                                HttpMethod.POST,
                                "/api/v1/nodes/{name}:undrain",
                                "undrainNode",
                                "Lets a node accept again.")
                        .takes(name)
                        .answers(200, "The node.", Schemas.ref("Node"))
                        .blocking(call -> setDrained(call, false)));
    }

    private Reply list(Call call) {
        Problems problems = Problems.collect();
        Optional<Listing.Page<NodeView>> page =
                LISTING.page(fleet.view().nodes(), call, "", problems);
        return page.isPresent()
                ? Reply.ok(page.get().json(node -> NodeJson.of(node).tree()))
                : Reply.malformed(problems.errors());
    }

    private Reply get(Call call) {
        Optional<NodeView> node = fleet.view().node(call.path("name"));
        return node.isPresent() ? Reply.ok(NodeJson.of(node.get())) : missing(call.path("name"));
    }

    private Reply setDrained(Call call, boolean drained) {
        String name = call.path("name");
        Optional<NodeView> node = fleet.view().node(name);
        boolean remembered = store.current().drainedNodes().contains(name);
        if (node.isEmpty() && !remembered) {
            return missing(name);
        }
        fleet.setDrained(name, drained);
        // The node follows soon; what is wanted is stored already.
        return node.isPresent()
                ? Reply.ok(
                        NodeJson.of(fleet.view().node(name).orElse(node.get()))
                                .put("drainWanted", drained))
                : Reply.ok(
                        Json.object()
                                .put("name", name)
                                .put("state", "gone")
                                .put("drainWanted", drained));
    }

    private Reply missing(String name) {
        List<String> names = fleet.view().nodes().stream().map(NodeView::name).toList();
        String hint = DidYouMean.hint(name, names);
        return Reply.notFound(
                "no node \"" + name + "\" has connected" + (hint.isEmpty() ? "" : "; " + hint));
    }
}
