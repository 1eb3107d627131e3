package io.sluice.dataplane.l7.route;

import io.sluice.dataplane.l7.message.RequestHead;
import io.sluice.proto.resource.rules.HostPattern;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The routes of one listener, in the order that {@link
 * io.sluice.proto.resource.rules.RulePrecedence} defines: the exact host by hash, then each of its
 * parents among the wildcards, then any host. What a match costs does not depend on how many hosts
 * and prefixes there are.
 */
final class HostTable implements RouteTable {
    private final SliceMap<PathTable> exact;
    private final SliceMap<PathTable> wildcards;
    private final boolean hasWildcards;
    private final @Nullable PathTable any;

    private HostTable(
            SliceMap<PathTable> exact,
            SliceMap<PathTable> wildcards,
            boolean hasWildcards,
            @Nullable PathTable any) {
        this.exact = exact;
        this.wildcards = wildcards;
        this.hasWildcards = hasWildcards;
        this.any = any;
    }

    /** A table of the routes that name a listener. */
    static RouteTable of(String listener, Collection<CompiledRoute> routes) {
        Map<HostPattern, List<RankedRoute>> byHost = new HashMap<>();
        for (CompiledRoute route : routes) {
            if (!route.listeners().contains(listener)) {
                continue;
            }
            for (RankedRoute ranked : route.ranked()) {
                byHost.computeIfAbsent(ranked.rank().host(), host -> new ArrayList<>()).add(ranked);
            }
        }
        if (byHost.isEmpty()) {
            return EMPTY;
        }
        Map<String, PathTable> exact = new HashMap<>();
        Map<String, PathTable> wildcards = new HashMap<>();
        byHost.forEach(
                (host, ranked) -> {
                    switch (host.kind()) {
                        case EXACT -> exact.put(host.name(), PathTable.of(ranked));
                        case WILDCARD -> wildcards.put(host.name(), PathTable.of(ranked));
                        case ANY -> {}
                    }
                });
        List<RankedRoute> forAny = byHost.get(HostPattern.EVERY);
        return new HostTable(
                SliceMap.of(exact),
                SliceMap.of(wildcards),
                !wildcards.isEmpty(),
                forAny == null ? null : PathTable.of(forAny));
    }

    @Override
    public Route match(RequestHead head) {
        byte[] bytes = head.bytes();
        int start = head.hostStart();
        int end = head.hostEnd();
        if (end > start && bytes[end - 1] == '.') {
            // The name with its root: the same host.
            end--;
        }
        Route route = match(exact.get(bytes, start, end), head);
        if (route == null && hasWildcards) {
            route = matchWildcard(bytes, start, end, head);
        }
        if (route == null) {
            route = match(any, head);
        }
        return route == null ? Route.NONE : route;
    }

    /** Longest first: from the first dot that has something before it to the last. */
    private @Nullable Route matchWildcard(byte[] bytes, int start, int end, RequestHead head) {
        int dot = Slices.indexOf(bytes, start + 1, end, '.');
        while (dot < end) {
            Route route = match(wildcards.get(bytes, dot, end), head);
            if (route != null) {
                return route;
            }
            dot = Slices.indexOf(bytes, dot + 1, end, '.');
        }
        return null;
    }

    private static @Nullable Route match(@Nullable PathTable table, RequestHead head) {
        return table == null ? null : table.match(head);
    }
}
