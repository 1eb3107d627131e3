package io.sluice.proto.resource;

import io.sluice.proto.resource.v1.Forward;
import io.sluice.proto.resource.v1.ListenerConfig;
import io.sluice.proto.resource.v1.ResourceConfig;
import io.sluice.proto.resource.v1.RouteConfig;
import io.sluice.proto.resource.v1.RouteRule;
import io.sluice.proto.resource.v1.SplitEntry;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;

/** Finds and replaces the splits of a resource. Pure. */
public final class Splits {
    private Splits() {}

    /**
     * A split as written.
     *
     * @param field its path in the spec: {@code rules[0].forward.split}, {@code tcp.forward.split},
     *     {@code tcp.rules[0].forward.split} or {@code udp.forward.split}
     */
    public record Split(SplitKey key, String field, List<SplitEntry> entries) {
        /** The weights in the order of the entries; those left out count as 0. */
        public List<Integer> weights() {
            return entries.stream().map(SplitEntry::getWeight).toList();
        }

        /** The clusters in the order of the entries. */
        public List<String> clusters() {
            return entries.stream().map(SplitEntry::getCluster).toList();
        }
    }

    /** The splits of a resource, in the order of its rules; none for kinds without. */
    public static List<Split> of(Resource resource) {
        List<Split> splits = new ArrayList<>();
        mapped(
                resource,
                (split, entries) -> {
                    splits.add(split);
                    return entries;
                });
        return splits;
    }

    /** The split of a key; empty if the resource has none by it. */
    public static Optional<Split> find(Resource resource, SplitKey key) {
        return of(resource).stream().filter(split -> split.key().equals(key)).findFirst();
    }

    /**
     * The resource with one split's weights replaced.
     *
     * @param weights one for each entry, in their order
     * @throws IllegalArgumentException if there is no such split or the count differs
     */
    public static Resource withWeights(Resource resource, SplitKey key, List<Integer> weights) {
        Split found =
                find(resource, key)
                        .orElseThrow(() -> new IllegalArgumentException("no split " + key));
        if (found.entries().size() != weights.size()) {
            throw new IllegalArgumentException(
                    key + " has " + found.entries().size() + " entries, not " + weights.size());
        }
        return mapped(
                resource,
                (split, entries) -> split.key().equals(key) ? weighted(entries, weights) : entries);
    }

    /** The resource without any weight, as the entries of the wire carry it. */
    public static Resource withoutWeights(Resource resource) {
        return mapped(
                resource,
                (split, entries) ->
                        entries.stream()
                                .map(entry -> entry.toBuilder().clearWeight().build())
                                .toList());
    }

    /** The resource with the weights it leaves out taken from a stored one, or 0. */
    public static Resource withWeightsOf(Resource resource, Optional<Resource> stored) {
        List<Split> old = stored.map(Splits::of).orElse(List.of());
        return mapped(
                resource,
                (split, entries) ->
                        entries.stream()
                                .map(entry -> entry.hasWeight() ? entry : filled(entry, split, old))
                                .toList());
    }

    private static SplitEntry filled(SplitEntry entry, Split split, List<Split> old) {
        int weight =
                old.stream()
                        .filter(other -> other.key().equals(split.key()))
                        .flatMap(other -> other.entries().stream())
                        .filter(other -> other.getCluster().equals(entry.getCluster()))
                        .mapToInt(SplitEntry::getWeight)
                        .findFirst()
                        .orElse(0);
        return entry.toBuilder().setWeight(weight).build();
    }

    private static List<SplitEntry> weighted(List<SplitEntry> entries, List<Integer> weights) {
        List<SplitEntry> weighted = new ArrayList<>(entries.size());
        for (int i = 0; i < entries.size(); i++) {
            weighted.add(entries.get(i).toBuilder().setWeight(weights.get(i)).build());
        }
        return weighted;
    }

    /** The resource with each split's entries replaced by what the change makes of them. */
    private static Resource mapped(
            Resource resource, BiFunction<Split, List<SplitEntry>, List<SplitEntry>> change) {
        return switch (resource.kind()) {
            case ROUTE -> mappedRoute(resource, change);
            case LISTENER -> mappedListener(resource, change);
            case CLUSTER, CERTIFICATE -> resource;
        };
    }

    private static Resource mappedRoute(
            Resource resource, BiFunction<Split, List<SplitEntry>, List<SplitEntry>> change) {
        RouteConfig spec = resource.route();
        RouteConfig.Builder changed = null;
        for (int i = 0; i < spec.getRulesCount(); i++) {
            RouteRule rule = spec.getRules(i);
            if (!rule.hasForward() || rule.getForward().getSplitCount() == 0) {
                continue;
            }
            List<SplitEntry> before = rule.getForward().getSplitList();
            SplitKey key = SplitKey.ofRule(resource.name(), rule.getName());
            List<SplitEntry> after =
                    change.apply(new Split(key, "rules[" + i + "].forward.split", before), before);
            if (after.equals(before)) {
                continue;
            }
            changed = changed == null ? spec.toBuilder() : changed;
            Forward forward = rule.getForward().toBuilder().clearSplit().addAllSplit(after).build();
            changed.setRules(i, rule.toBuilder().setForward(forward));
        }
        return changed == null
                ? resource
                : replaced(resource, resource.config().toBuilder().setRoute(changed).build());
    }

    private static Resource mappedListener(
            Resource resource, BiFunction<Split, List<SplitEntry>, List<SplitEntry>> change) {
        ListenerConfig spec = resource.listener();
        ListenerConfig changed =
                L4Forwards.mapped(
                        spec,
                        place -> {
                            List<SplitEntry> before = place.forward().getSplitList();
                            if (before.isEmpty()) {
                                return place.forward();
                            }
                            SplitKey key = SplitKey.ofListener(resource.name(), place.rule());
                            var split = new Split(key, place.field() + ".split", before);
                            List<SplitEntry> after = change.apply(split, before);
                            return place.forward().toBuilder()
                                    .clearSplit()
                                    .addAllSplit(after)
                                    .build();
                        });
        return changed.equals(spec)
                ? resource
                : replaced(resource, resource.config().toBuilder().setListener(changed).build());
    }

    private static Resource replaced(Resource resource, ResourceConfig config) {
        return new Resource(resource.key(), resource.labels(), config);
    }
}
