package io.sluice.dataplane.l7.route;

import com.google.re2j.Pattern;

import io.sluice.dataplane.l7.message.RequestHead;
import io.sluice.proto.resource.rules.PathPattern;
import io.sluice.proto.resource.rules.Regexes;
import io.sluice.proto.resource.rules.RulePrecedence;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The routes of one host pattern, by path: exact ones by hash, prefixes in a trie of segments,
 * regular expressions in a row. Immutable.
 */
final class PathTable {
    private static final RankedRoute[] NOTHING = {};

    private final SliceMap<RankedRoute[]> exact;
    private final boolean hasExact;
    private final PrefixNode root;
    private final RegexRoute[] regexes;

    /** A regular expression, and with what all it matches begins. */
    private record RegexRoute(Pattern pattern, String literalPrefix, RankedRoute route) {}

    private PathTable(
            SliceMap<RankedRoute[]> exact,
            boolean hasExact,
            PrefixNode root,
            List<RegexRoute> regexes) {
        this.exact = exact;
        this.hasExact = hasExact;
        this.root = root;
        this.regexes = regexes.toArray(new RegexRoute[0]);
    }

    /** A table of routes that all have one host pattern. */
    static PathTable of(List<RankedRoute> routes) {
        List<RankedRoute> inOrder = new ArrayList<>(routes);
        inOrder.sort(Comparator.comparing(RankedRoute::rank, RulePrecedence.ORDER));
        Map<String, List<RankedRoute>> exact = new HashMap<>();
        PrefixNode.Builder prefixes = new PrefixNode.Builder();
        List<RegexRoute> regexes = new ArrayList<>();
        for (RankedRoute route : inOrder) {
            switch (route.rank().path()) {
                case PathPattern.Exact path ->
                        exact.computeIfAbsent(path.path(), key -> new ArrayList<>(1)).add(route);
                case PathPattern.Prefix path -> prefixes.add(path.path(), route);
                case PathPattern.Regex path ->
                        regexes.add(
                                new RegexRoute(
                                        Regexes.compile(path.pattern()),
                                        Regexes.literalPrefix(path.pattern()),
                                        route));
            }
        }
        Map<String, RankedRoute[]> exactReachable = new HashMap<>();
        exact.forEach((path, list) -> exactReachable.put(path, reachable(list)));
        return new PathTable(
                SliceMap.of(exactReachable), !exact.isEmpty(), prefixes.build(null), regexes);
    }

    /** The first route in order whose path and conditions match; null if there is none. */
    @Nullable Route match(RequestHead head) {
        byte[] bytes = head.bytes();
        int start = head.pathStart();
        int end = head.pathEnd();
        if (hasExact) {
            RankedRoute[] found = exact.get(bytes, start, end);
            Route route = found == null ? null : first(found, head);
            if (route != null) {
                return route;
            }
        }
        for (PrefixNode node = root.deepest(bytes, start, end);
                node != null;
                node = node.parent()) {
            Route route = first(node.routes(), head);
            if (route != null) {
                return route;
            }
        }
        return regexes.length == 0 ? null : matchRegex(head);
    }

    private @Nullable Route matchRegex(RequestHead head) {
        String path = Slices.text(head.bytes(), head.pathStart(), head.pathEnd());
        for (RegexRoute regex : regexes) {
            if (path.startsWith(regex.literalPrefix)
                    && regex.route.conditions().hold(head)
                    && regex.pattern.matches(path)) {
                return regex.route.route();
            }
        }
        return null;
    }

    private static @Nullable Route first(RankedRoute[] routes, RequestHead head) {
        for (RankedRoute route : routes) {
            if (route.conditions().hold(head)) {
                return route.route();
            }
        }
        return null;
    }

    /** Without what stands behind a route that takes everything. */
    static RankedRoute[] reachable(List<RankedRoute> inOrder) {
        for (int i = 0; i < inOrder.size(); i++) {
            if (inOrder.get(i).conditions().isEmpty()) {
                return inOrder.subList(0, i + 1).toArray(NOTHING);
            }
        }
        return inOrder.toArray(NOTHING);
    }
}
