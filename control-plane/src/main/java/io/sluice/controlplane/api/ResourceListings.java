package io.sluice.controlplane.api;

import io.sluice.controlplane.api.Listing.Field;
import io.sluice.controlplane.storage.StoredResource;
import io.sluice.proto.resource.Kind;
import io.sluice.proto.resource.L4Forwards;
import io.sluice.proto.resource.v1.EndpointConfig;
import io.sluice.proto.resource.v1.RouteConfig;
import io.sluice.proto.resource.v1.RouteRule;
import io.sluice.proto.resource.v1.SplitEntry;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/** By what resources can be filtered and sorted. */
final class ResourceListings {
    private ResourceListings() {}

    static Listing<StoredResource> of(Kind kind) {
        Map<String, Field<StoredResource>> fields = new TreeMap<>();
        fields.put("name", Field.text("text", stored -> stored.resource().name()));
        fields.put("revision", Field.number("that last changed it", StoredResource::revision));
        fields.put("etag", Field.text("text", stored -> stored.resource().etag()));
        fields.put("createTime", time("RFC 3339", StoredResource::createTime));
        fields.put("updateTime", time("RFC 3339", StoredResource::updateTime));
        switch (kind) {
            case LISTENER -> {
                fields.put(
                        "address",
                        Field.text(
                                "HOST:PORT", stored -> stored.resource().listener().getAddress()));
                fields.put(
                        "protocol",
                        Field.text(
                                "http or tcp",
                                stored ->
                                        stored.resource()
                                                .listener()
                                                .getProtocolCase()
                                                .name()
                                                .toLowerCase(Locale.ROOT)));
                fields.put("cluster", Field.many("forwarded to", ResourceListings::clusters));
            }
            case ROUTE -> {
                fields.put(
                        "listener",
                        Field.many(
                                "named by it",
                                stored -> stored.resource().route().getListenersList()));
                fields.put(
                        "host",
                        Field.many(
                                "as written", stored -> stored.resource().route().getHostsList()));
                fields.put("cluster", Field.many("forwarded to", ResourceListings::clusters));
            }
            case CLUSTER ->
                    fields.put("endpoint", Field.many("HOST:PORT", ResourceListings::endpoints));
            case CERTIFICATE -> {}
        }
        return new Listing<>("name", "name", fields, stored -> stored.resource().labels());
    }

    private static Field<StoredResource> time(
            String description, Function<StoredResource, Instant> time) {
        return new Field<>(
                description,
                stored -> List.of(time.apply(stored).toString()),
                stored -> sortable(time.apply(stored)));
    }

    /** A text that sorts as the time does; Instant.toString leaves zeros out. */
    static String sortable(Instant time) {
        return String.format("%019d.%09d", time.getEpochSecond(), time.getNano());
    }

    private static Collection<String> endpoints(StoredResource stored) {
        return stored.resource().cluster().getEndpointsList().stream()
                .map(EndpointConfig::getAddress)
                .toList();
    }

    private static Collection<String> clusters(StoredResource stored) {
        List<String> clusters = new ArrayList<>();
        for (L4Forwards.Place place : L4Forwards.of(stored.resource().listener())) {
            add(clusters, place.forward().getCluster(), place.forward().getSplitList());
        }
        RouteConfig route = stored.resource().route();
        for (RouteRule rule : route.getRulesList()) {
            add(clusters, rule.getForward().getCluster(), rule.getForward().getSplitList());
        }
        return clusters;
    }

    private static void add(List<String> clusters, String cluster, List<SplitEntry> split) {
        if (!cluster.isEmpty()) {
            clusters.add(cluster);
        }
        split.forEach(entry -> clusters.add(entry.getCluster()));
    }
}
