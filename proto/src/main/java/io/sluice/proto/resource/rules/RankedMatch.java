package io.sluice.proto.resource.rules;

import io.sluice.proto.resource.v1.RouteConfig;
import io.sluice.proto.resource.v1.RouteMatch;
import io.sluice.proto.resource.v1.RouteRule;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * One way into one rule: a host of its route with one of its matches, and what decides its rank.
 *
 * @param match the conditions beside host and path
 * @param route name of the route
 * @param rule position in the route
 * @param matchIndex position in {@code matches}; 0 for {@code match}
 */
public record RankedMatch(
        HostPattern host,
        PathPattern path,
        RouteMatch match,
        String route,
        int rule,
        int matchIndex) {

    /**
     * All ways into a route's rules, in no order of rank. Hosts that cannot be parsed are left out.
     */
    public static List<RankedMatch> of(String route, RouteConfig config) {
        List<RankedMatch> ranked = new ArrayList<>();
        Set<HostPattern> hosts = hosts(config);
        for (int rule = 0; rule < config.getRulesCount(); rule++) {
            List<RouteMatch> matches = matches(config.getRules(rule));
            for (int i = 0; i < matches.size(); i++) {
                PathPattern path = PathPattern.of(matches.get(i).getPath());
                for (HostPattern host : hosts) {
                    ranked.add(new RankedMatch(host, path, matches.get(i), route, rule, i));
                }
            }
        }
        return ranked;
    }

    /** The hosts of a route; every host where it names none. */
    public static Set<HostPattern> hosts(RouteConfig config) {
        if (config.getHostsCount() == 0) {
            return Set.of(HostPattern.EVERY);
        }
        Set<HostPattern> hosts = new LinkedHashSet<>();
        config.getHostsList().forEach(host -> HostPattern.parse(host).ifPresent(hosts::add));
        return hosts;
    }

    /**
     * The matches of a rule: {@code matches}, or {@code match} alone, which matches everything
     * where left out.
     */
    public static List<RouteMatch> matches(RouteRule rule) {
        return rule.getMatchesCount() > 0 ? rule.getMatchesList() : List.of(rule.getMatch());
    }

    /** How many conditions there are beside host and path; the methods together are one. */
    public int conditions() {
        return match.getHeadersCount()
                + match.getCookiesCount()
                + match.getQueryCount()
                + (match.getMethodsCount() > 0 ? 1 : 0);
    }
}
