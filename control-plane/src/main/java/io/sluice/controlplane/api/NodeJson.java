package io.sluice.controlplane.api;

import io.sluice.controlplane.fleet.Activation;
import io.sluice.controlplane.fleet.EndpointHealthView;
import io.sluice.controlplane.fleet.FleetView;
import io.sluice.controlplane.fleet.NodeView;
import io.sluice.controlplane.fleet.ReportedProblem;
import io.sluice.proto.resource.Kind;

import java.util.List;

/** Nodes, and how far revisions came on them, as REST shows them. */
final class NodeJson {
    private NodeJson() {}

    static Json of(NodeView node) {
        return Json.object()
                .put("name", node.name())
                .put("labels", node.labels())
                .put("address", node.address())
                .put("adminAddress", node.adminAddress())
                .put("softwareVersion", node.softwareVersion())
                .put("bootId", node.bootId())
                .put("state", node.state().text())
                .put("drainWanted", node.drainWanted())
                .put("drained", node.drained())
                .put("connections", node.connections())
                .put("wantedRevision", node.wantedRevision())
                .put("activeRevision", node.activeRevision())
                .put("rejectedRevision", node.rejectedRevision())
                .put("problems", problems(node))
                .put("connectedSince", node.connectedSince())
                .put("lastSeen", node.lastSeen())
                .put("endpoints", node.endpoints().stream().map(NodeJson::endpoint).toList());
    }

    /** Of one revision, with what each node says. */
    static Json activation(FleetView fleet, long revision) {
        return activation(fleet.activation(revision))
                .put("nodes", fleet.nodes().stream().map(NodeJson::brief).toList());
    }

    static Json activation(Activation activation) {
        return Json.object()
                .put("connected", activation.connected())
                .put("active", activation.active())
                .put("rejected", activation.rejected());
    }

    static Json brief(NodeView node) {
        return Json.object()
                .put("name", node.name())
                .put("state", node.state().text())
                .put("wantedRevision", node.wantedRevision())
                .put("activeRevision", node.activeRevision())
                .put("rejectedRevision", node.rejectedRevision())
                .put("problems", problems(node));
    }

    static List<Json> problems(NodeView node) {
        return node.problems().stream().map(NodeJson::problem).toList();
    }

    private static Json problem(ReportedProblem problem) {
        return Json.object()
                .putText("kind", Kind.parse(problem.kind()).map(Kind::title).orElse(problem.kind()))
                .putText("name", problem.name())
                .putText("field", problem.field())
                .put("code", problem.code())
                .put("message", problem.message());
    }

    private static Json endpoint(EndpointHealthView endpoint) {
        return Json.object()
                .put("cluster", endpoint.cluster())
                .put("address", endpoint.address())
                .put("health", endpoint.health().text())
                .put("since", endpoint.since())
                .put("reason", endpoint.reason());
    }
}
