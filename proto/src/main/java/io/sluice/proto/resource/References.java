package io.sluice.proto.resource;

import io.sluice.proto.resource.v1.ListenerTls;
import io.sluice.proto.resource.v1.RouteConfig;
import io.sluice.proto.resource.v1.SplitEntry;

import java.util.ArrayList;
import java.util.List;

/** What resources name. Pure. */
final class References {
    private References() {}

    /** A name in a spec: where it stands, and what it means. */
    record Reference(String field, ResourceKey to) {}

    static List<Reference> of(Resource resource) {
        List<Reference> references = new ArrayList<>();
        switch (resource.kind()) {
            case LISTENER -> {
                for (L4Forwards.Place place : L4Forwards.of(resource.listener())) {
                    forward(
                            place.field(),
                            place.forward().getCluster(),
                            place.forward().getSplitList(),
                            references);
                }
                certificates(resource.listener().getTls(), references);
            }
            case ROUTE -> {
                RouteConfig route = resource.route();
                for (int i = 0; i < route.getListenersCount(); i++) {
                    ResourceKey to = new ResourceKey(Kind.LISTENER, route.getListeners(i));
                    references.add(new Reference("listeners[" + i + "]", to));
                }
                for (int i = 0; i < route.getRulesCount(); i++) {
                    forward(
                            "rules[" + i + "].forward",
                            route.getRules(i).getForward().getCluster(),
                            route.getRules(i).getForward().getSplitList(),
                            references);
                }
            }
            case CLUSTER, CERTIFICATE -> {}
        }
        return references;
    }

    private static void certificates(ListenerTls tls, List<Reference> references) {
        for (int i = 0; i < tls.getCertificatesCount(); i++) {
            ResourceKey to = new ResourceKey(Kind.CERTIFICATE, tls.getCertificates(i));
            references.add(new Reference("tls.certificates[" + i + "]", to));
        }
    }

    private static void forward(
            String field, String cluster, List<SplitEntry> split, List<Reference> references) {
        if (!cluster.isEmpty()) {
            references.add(
                    new Reference(field + ".cluster", new ResourceKey(Kind.CLUSTER, cluster)));
        }
        for (int i = 0; i < split.size(); i++) {
            String name = split.get(i).getCluster();
            if (!name.isEmpty()) {
                references.add(
                        new Reference(
                                field + ".split[" + i + "].cluster",
                                new ResourceKey(Kind.CLUSTER, name)));
            }
        }
    }
}
