package io.sluice.proto.resource.rules;

import io.sluice.proto.Problems;
import io.sluice.proto.resource.Resource;
import io.sluice.proto.resource.ResourceKey;
import io.sluice.proto.resource.v1.FieldMatch;
import io.sluice.proto.resource.v1.RouteMatch;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Finds rules that no request can ever reach, because others of higher rank take everything they
 * could: the same path with the same conditions, or, for a regex, a prefix that covers it with no
 * more conditions. What cannot be decided plainly counts as reachable. Pure.
 */
public final class Reachability {
    private static final int COVERS_LOOKED_AT_MAX = 64;

    /** By listener, host and path, in order of rank. */
    private final Map<Place, List<RankedMatch>> byPlace = new HashMap<>();

    private final Collection<Resource> routes;

    private record Place(String listener, HostPattern host, PathPattern path) {}

    private Reachability(Collection<Resource> routes) {
        this.routes = routes;
    }

    /** Warns, among all routes, of the rules of some that cannot be reached. */
    public static void check(
            Collection<Resource> routes, Set<ResourceKey> lookedAt, Problems problems) {
        Reachability reachability = new Reachability(routes);
        reachability.fill(lookedAt);
        for (Resource route : routes) {
            if (lookedAt.contains(route.key())) {
                reachability.check(route, problems.in(route.key()));
            }
        }
    }

    private void fill(Set<ResourceKey> lookedAt) {
        Set<String> listeners = new HashSet<>();
        for (Resource route : routes) {
            if (lookedAt.contains(route.key())) {
                listeners.addAll(route.route().getListenersList());
            }
        }
        for (Resource route : routes) {
            List<String> shared =
                    route.route().getListenersList().stream().filter(listeners::contains).toList();
            if (shared.isEmpty()) {
                continue;
            }
            for (RankedMatch match : RankedMatch.of(route.name(), route.route())) {
                for (String listener : shared) {
                    byPlace.computeIfAbsent(
                                    new Place(listener, match.host(), match.path()),
                                    place -> new ArrayList<>(1))
                            .add(match);
                }
            }
        }
        byPlace.values().forEach(matches -> matches.sort(RulePrecedence.ORDER));
    }

    private void check(Resource route, Problems problems) {
        Map<RuleMatch, RankedMatch> hidden = new HashMap<>();
        Set<RuleMatch> reached = new HashSet<>();
        for (RankedMatch match : RankedMatch.of(route.name(), route.route())) {
            RuleMatch key = new RuleMatch(match.rule(), match.matchIndex());
            for (String listener : route.route().getListenersList()) {
                RankedMatch before = reached.contains(key) ? null : hiding(listener, match);
                if (before == null) {
                    reached.add(key);
                } else {
                    hidden.putIfAbsent(key, before);
                }
            }
        }
        hidden.keySet().removeAll(reached);
        hidden.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(entry -> warn(route, entry.getKey(), entry.getValue(), problems));
    }

    private record RuleMatch(int rule, int match) implements Comparable<RuleMatch> {
        @Override
        public int compareTo(RuleMatch other) {
            int byRule = Integer.compare(rule, other.rule);
            return byRule != 0 ? byRule : Integer.compare(match, other.match);
        }
    }

    /**
     * A match of higher rank that takes all this one could, on one listener; null if none is plain
     * to see.
     */
    private @Nullable RankedMatch hiding(String listener, RankedMatch match) {
        RankedMatch same = hidingAt(new Place(listener, match.host(), match.path()), match);
        if (same != null || !(match.path() instanceof PathPattern.Regex regex)) {
            return same;
        }
        String literal = Regexes.literalPrefix(regex.pattern());
        int slash = literal.indexOf('/', 1);
        RankedMatch found = hidingAt(new Place(listener, match.host(), PathPattern.ALL), match);
        while (found == null && slash > 0) {
            PathPattern prefix = new PathPattern.Prefix(literal.substring(0, slash));
            found = hidingAt(new Place(listener, match.host(), prefix), match);
            slash = literal.indexOf('/', slash + 1);
        }
        return found;
    }

    private @Nullable RankedMatch hidingAt(Place place, RankedMatch match) {
        int looked = 0;
        for (RankedMatch other : byPlace.getOrDefault(place, List.of())) {
            if (RulePrecedence.ORDER.compare(other, match) >= 0
                    || ++looked > COVERS_LOOKED_AT_MAX) {
                return null;
            }
            if (isCoveredBy(match.match(), other.match())) {
                return other;
            }
        }
        return null;
    }

    /** Whether each condition of the other is one of these, so that it holds whenever these do. */
    private static boolean isCoveredBy(RouteMatch match, RouteMatch other) {
        boolean methods =
                other.getMethodsCount() == 0
                        || (match.getMethodsCount() > 0
                                && other.getMethodsList().containsAll(match.getMethodsList()));
        return methods
                && lowerNames(match.getHeadersList())
                        .containsAll(lowerNames(other.getHeadersList()))
                && match.getCookiesList().containsAll(other.getCookiesList())
                && match.getQueryList().containsAll(other.getQueryList());
    }

    private static List<FieldMatch> lowerNames(List<FieldMatch> fields) {
        return fields.stream()
                .map(
                        field ->
                                field.toBuilder()
                                        .setName(field.getName().toLowerCase(Locale.ROOT))
                                        .build())
                .toList();
    }

    private void warn(Resource route, RuleMatch place, RankedMatch before, Problems problems) {
        Problems rule = problems.at("rules", place.rule());
        boolean one = route.route().getRules(place.rule()).getMatchesCount() == 0;
        Problems at = one ? rule : rule.at("matches", place.match());
        String name = route.route().getRules(place.rule()).getName();
        boolean same = before.route().equals(route.name());
        String other =
                routes.stream()
                        .filter(candidate -> candidate.name().equals(before.route()))
                        .map(found -> found.route().getRules(before.rule()).getName())
                        .findFirst()
                        .orElse("");
        at.warn(
                "UNREACHABLE",
                (one ? "rule \"" + name + "\"" : "this match of rule \"" + name + "\"")
                        + " can never be reached: rule \""
                        + other
                        + "\""
                        + (same ? "" : " of route " + before.route())
                        + " goes first and takes all its requests",
                before.path() instanceof PathPattern.Prefix
                                && !route.route()
                                        .getRules(place.rule())
                                        .getMatch()
                                        .getPath()
                                        .getRegex()
                                        .isEmpty()
                        ? "a prefix goes before a regex"
                        : "");
    }
}
