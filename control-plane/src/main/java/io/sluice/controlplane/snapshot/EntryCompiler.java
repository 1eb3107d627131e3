package io.sluice.controlplane.snapshot;

import io.sluice.proto.discovery.v1.Endpoints;
import io.sluice.proto.discovery.v1.SplitWeights;
import io.sluice.proto.resource.L4Forwards;
import io.sluice.proto.resource.Resource;
import io.sluice.proto.resource.SplitKey;
import io.sluice.proto.resource.Splits;
import io.sluice.proto.resource.v1.ClusterConfig;
import io.sluice.proto.resource.v1.ListenerConfig;
import io.sluice.proto.resource.v1.RouteConfig;
import io.sluice.proto.resource.v1.RouteRule;
import io.sluice.proto.resource.v1.SplitEntry;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Takes a stored resource apart into entries: what changes often goes apart from the rest. */
final class EntryCompiler {
    private EntryCompiler() {}

    static ResourceEntries compile(Resource resource) {
        return switch (resource.kind()) {
            case LISTENER -> listener(resource);
            case ROUTE -> route(resource);
            case CLUSTER -> cluster(resource);
            case CERTIFICATE ->
                    new ResourceEntries(
                            resource,
                            SnapshotEntry.of(
                                    EntryKind.CERTIFICATE, resource.name(), resource.certificate()),
                            List.of(),
                            Set.of());
        };
    }

    /** The entry of a route for nodes that have only some of its listeners. */
    static SnapshotEntry routeOn(Resource route, Set<String> listeners) {
        RouteConfig.Builder config = withoutWeights(route.route());
        List<String> kept = config.getListenersList().stream().filter(listeners::contains).toList();
        config.clearListeners().addAllListeners(kept);
        return SnapshotEntry.of(EntryKind.ROUTE, route.name(), config.build());
    }

    private static ResourceEntries listener(Resource resource) {
        List<SnapshotEntry> weights = new ArrayList<>();
        Set<String> clusters = new TreeSet<>();
        for (L4Forwards.Place place : L4Forwards.of(resource.listener())) {
            List<SplitEntry> split = place.forward().getSplitList();
            collect(place.forward().getCluster(), split, clusters);
            if (!split.isEmpty()) {
                SplitKey key = SplitKey.ofListener(resource.name(), place.rule());
                weights.add(weights(key.name(), split));
            }
        }
        weights.sort(null);
        ListenerConfig config = Splits.withoutWeights(resource).listener();
        return new ResourceEntries(
                resource,
                SnapshotEntry.of(EntryKind.LISTENER, resource.name(), config),
                List.copyOf(weights),
                clusters);
    }

    private static ResourceEntries route(Resource resource) {
        List<SnapshotEntry> weights = new ArrayList<>();
        Set<String> clusters = new TreeSet<>();
        for (RouteRule rule : resource.route().getRulesList()) {
            if (rule.hasForward()) {
                List<SplitEntry> split = rule.getForward().getSplitList();
                collect(rule.getForward().getCluster(), split, clusters);
                if (!split.isEmpty()) {
                    weights.add(weights(resource.name() + "/" + rule.getName(), split));
                }
            }
        }
        weights.sort(null);
        RouteConfig config = withoutWeights(resource.route()).build();
        return new ResourceEntries(
                resource,
                SnapshotEntry.of(EntryKind.ROUTE, resource.name(), config),
                List.copyOf(weights),
                clusters);
    }

    private static ResourceEntries cluster(Resource resource) {
        ClusterConfig config = resource.cluster();
        Endpoints endpoints =
                Endpoints.newBuilder().addAllEndpoints(config.getEndpointsList()).build();
        return new ResourceEntries(
                resource,
                SnapshotEntry.of(
                        EntryKind.CLUSTER,
                        resource.name(),
                        config.toBuilder().clearEndpoints().build()),
                List.of(SnapshotEntry.of(EntryKind.ENDPOINTS, resource.name(), endpoints)),
                Set.of());
    }

    private static RouteConfig.Builder withoutWeights(RouteConfig config) {
        RouteConfig.Builder route = config.toBuilder();
        for (RouteRule.Builder rule : route.getRulesBuilderList()) {
            if (rule.hasForward()) {
                rule.getForwardBuilder()
                        .getSplitBuilderList()
                        .forEach(SplitEntry.Builder::clearWeight);
            }
        }
        return route;
    }

    private static SnapshotEntry weights(String name, List<SplitEntry> split) {
        SplitWeights.Builder weights = SplitWeights.newBuilder();
        split.forEach(entry -> weights.addWeights(entry.getWeight()));
        return SnapshotEntry.of(EntryKind.WEIGHTS, name, weights.build());
    }

    private static void collect(String cluster, List<SplitEntry> split, Set<String> clusters) {
        if (!cluster.isEmpty()) {
            clusters.add(cluster);
        }
        split.forEach(entry -> clusters.add(entry.getCluster()));
    }
}
