package io.sluice.controlplane.api;

import io.sluice.controlplane.fleet.Activation;
import io.sluice.controlplane.fleet.Fleet;
import io.sluice.controlplane.fleet.FleetView;
import io.sluice.controlplane.fleet.NodeState;
import io.sluice.controlplane.storage.ResourceStore;
import io.sluice.controlplane.storage.StoreState;
import io.sluice.proto.SoftwareVersion;
import io.sluice.proto.resource.Kind;

import java.time.Instant;
import java.util.List;

/** The whole at a glance. */
final class StatusApi {
    private final ResourceStore store;
    private final Fleet fleet;
    private final Instant startTime;

    StatusApi(ResourceStore store, Fleet fleet, Instant startTime) {
        this.store = store;
        this.fleet = fleet;
        this.startTime = startTime;
    }

    List<RestOperation> operations() {
        return List.of(
                RestOperation.get(
                                "/api/v1/status",
                                "getStatus",
                                "The control plane and its fleet at a glance.")
                        .answers(200, "The status.", Schemas.ref("Status"))
                        .quick(this::status));
    }

    private Reply status(Call call) {
        StoreState state = store.current();
        Json resources = Json.object();
        for (Kind kind : Kind.values()) {
            resources.put(kind.plural(), state.all(kind).size());
        }
        return Reply.ok(
                Json.object()
                        .put("softwareVersion", SoftwareVersion.current())
                        .put("epoch", state.epoch())
                        .put("revision", state.revision())
                        .put("database", store.database())
                        .put("startTime", startTime)
                        .put("resources", resources)
                        .put("nodes", nodes(fleet.view(), state.revision())));
    }

    private static Json nodes(FleetView view, long revision) {
        Activation activation = view.activation(revision);
        return Json.object()
                .put("connected", count(view, NodeState.CONNECTED))
                .put("draining", count(view, NodeState.DRAINING))
                .put("gone", count(view, NodeState.GONE))
                .put("active", activation.active())
                .put("rejected", activation.rejected());
    }

    private static long count(FleetView view, NodeState state) {
        return view.nodes().stream().filter(node -> node.state() == state).count();
    }
}
