package io.sluice.dataplane.l7.route;

import io.sluice.dataplane.cluster.Cluster;
import io.sluice.dataplane.l7.filter.FilterChain;
import io.sluice.dataplane.l7.filter.FilterCompiler;
import io.sluice.proto.Problems;
import io.sluice.proto.resource.rules.HostPattern;
import io.sluice.proto.resource.rules.PathPattern;
import io.sluice.proto.resource.rules.RankedMatch;
import io.sluice.proto.resource.v1.RouteConfig;
import io.sluice.proto.resource.v1.RouteMatch;
import io.sluice.proto.resource.v1.RouteRule;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Compiles routes, and puts them together to the table of a listener. Pure; off the event loops.
 *
 * <p>A compiled route holds its clusters and nothing else of its snapshot: where its entries and
 * clusters are the same in the next one, it is taken over, and only tables are built again.
 */
public final class RouteCompiler {
    private RouteCompiler() {}

    /**
     * Compiles a route that the rules of its kind accept.
     *
     * @param config with the weights of its splits
     * @param clusters the cluster of a name, or null
     * @return empty where an error was reported
     */
    public static Optional<CompiledRoute> compile(
            String name,
            RouteConfig config,
            Function<String, @Nullable Cluster> clusters,
            Problems problems) {
        int errors = problems.errors().size();
        List<RankedRoute> ranked = new ArrayList<>();
        for (int rule = 0; rule < config.getRulesCount(); rule++) {
            compile(name, config, rule, clusters, ranked, problems.at("rules", rule));
        }
        return problems.errors().size() > errors
                ? Optional.empty()
                : Optional.of(new CompiledRoute(config.getListenersList(), ranked));
    }

    /** The table of a listener, from all routes; those that do not name it are left out. */
    public static RouteTable table(String listener, Collection<CompiledRoute> routes) {
        return HostTable.of(listener, routes);
    }

    private static void compile(
            String name,
            RouteConfig config,
            int index,
            Function<String, @Nullable Cluster> clusters,
            List<RankedRoute> ranked,
            Problems problems) {
        RouteRule rule = config.getRules(index);
        RouteAction action = ActionCompiler.compile(rule, clusters, problems);
        if (action == null) {
            return;
        }
        // A rewrite replaces what the match matched: matches of one length share a route.
        Map<Integer, Route> byPrefixLength = new HashMap<>();
        List<RouteMatch> matches = RankedMatch.matches(rule);
        for (int i = 0; i < matches.size(); i++) {
            RouteMatch match = matches.get(i);
            PathPattern path = PathPattern.of(match.getPath());
            Route route =
                    byPrefixLength.computeIfAbsent(
                            rewrittenLength(rule, path),
                            length -> route(name, rule, action, length));
            Conditions conditions = ConditionCompiler.compile(match);
            for (HostPattern host : RankedMatch.hosts(config)) {
                RankedMatch rank = new RankedMatch(host, path, match, name, index, i);
                ranked.add(new RankedRoute(rank, conditions, route));
            }
        }
    }

    private static int rewrittenLength(RouteRule rule, PathPattern path) {
        boolean rewritten = !rule.getRewrite().getPrefix().isEmpty();
        return rewritten && path instanceof PathPattern.Prefix prefix ? prefix.path().length() : 0;
    }

    private static Route route(String name, RouteRule rule, RouteAction action, int length) {
        FilterChain filters = FilterCompiler.compile(rule, length);
        return new Route(name, rule.getName(), action, filters);
    }
}
