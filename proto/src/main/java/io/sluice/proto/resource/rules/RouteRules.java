package io.sluice.proto.resource.rules;

import io.sluice.proto.Limits;
import io.sluice.proto.Problems;
import io.sluice.proto.resource.v1.RouteConfig;
import io.sluice.proto.resource.v1.RouteMatch;
import io.sluice.proto.resource.v1.RouteRule;

import java.net.IDN;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The checks of one route. */
final class RouteRules {
    private RouteRules() {}

    static void check(RouteConfig route, Problems problems) {
        listeners(route.getListenersList(), problems.at("listeners"));
        hosts(route.getHostsList(), problems.at("hosts"));
        Problems rules = problems.at("rules");
        if (route.getRulesCount() == 0) {
            rules.reject("REQUIRED", "is missing: a route has at least one rule");
        }
        Checks.count(route.getRulesCount(), Limits.RULES_MAX, "rules", rules);
        Map<String, Integer> names = new HashMap<>();
        for (int i = 0; i < route.getRulesCount(); i++) {
            RouteRule rule = route.getRules(i);
            rule(rule, rules.item(i));
            Integer before = names.putIfAbsent(rule.getName(), i);
            if (before != null && !rule.getName().isEmpty()) {
                Checks.duplicate(
                        "rule", rule.getName(), "rules[" + before + "]", rules.item(i).at("name"));
            }
        }
    }

    private static void listeners(List<String> listeners, Problems problems) {
        if (listeners.isEmpty()) {
            problems.reject(
                    "REQUIRED",
                    "is missing: a route names its listeners",
                    "write listeners: [NAME]");
        }
        Checks.count(listeners.size(), Limits.ROUTE_LISTENERS_MAX, "listeners", problems);
        for (int i = 0; i < listeners.size(); i++) {
            Checks.name(listeners.get(i), problems.item(i));
        }
        Checks.unique(listeners, "listener", problems);
    }

    private static void hosts(List<String> hosts, Problems problems) {
        Checks.count(hosts.size(), Limits.HOSTS_MAX, "hosts", problems);
        Set<HostPattern> seen = new HashSet<>();
        for (int i = 0; i < hosts.size(); i++) {
            String text = hosts.get(i);
            Optional<HostPattern> host = HostPattern.parse(text);
            if (host.isEmpty()) {
                problems.item(i)
                        .reject("BAD_HOST", Checks.quoted(text) + " is not a host", hostHint(text));
            } else if (!seen.add(host.get())) {
                problems.item(i)
                        .reject("DUPLICATE", "host " + Checks.quoted(text) + " is named twice");
            }
        }
    }

    private static String hostHint(String text) {
        if (text.contains("://")) {
            return "leave out the scheme";
        }
        int colon = text.lastIndexOf(':');
        if (colon > 0 && HostPattern.parse(text.substring(0, colon)).isPresent()) {
            return "leave out the port, it does not count: \"" + text.substring(0, colon) + "\"";
        }
        if (text.chars().anyMatch(c -> c > 0x7f)) {
            return ascii(text)
                    .map(name -> "write it in ASCII: \"" + name + "\"")
                    .orElse("write it in ASCII");
        }
        return "write it like shop.example, *.shop.example or *";
    }

    private static Optional<String> ascii(String text) {
        try {
            return Optional.of(IDN.toASCII(text))
                    .filter(name -> HostPattern.parse(name).isPresent());
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static void rule(RouteRule rule, Problems problems) {
        Checks.name(rule.getName(), problems.at("name"));
        matches(rule, problems);
        switch (rule.getActionCase()) {
            case FORWARD ->
                    SplitRules.check(
                            rule.getForward().getCluster(),
                            rule.getForward().getSplitList(),
                            problems.at("forward"));
            case REDIRECT -> ActionRules.redirect(rule.getRedirect(), problems.at("redirect"));
            case REPLY -> ActionRules.reply(rule.getReply(), problems.at("reply"));
            case ACTION_NOT_SET ->
                    problems.reject(
                            "REQUIRED",
                            "needs one of forward, redirect and reply",
                            "write forward: { cluster: NAME }");
        }
        if (rule.getActionCase() == RouteRule.ActionCase.FORWARD) {
            ActionRules.besideForward(rule, problems);
        } else if (rule.getActionCase() != RouteRule.ActionCase.ACTION_NOT_SET) {
            ActionRules.notBesideForward(rule, problems);
        }
        HeaderRules.edits(rule.getResponseHeaders(), false, problems.at("responseHeaders"));
    }

    private static void matches(RouteRule rule, Problems problems) {
        if (rule.hasMatch() && rule.getMatchesCount() > 0) {
            problems.at("matches")
                    .reject(
                            "TOO_MANY",
                            "only one of match and matches can be given",
                            "move match into the list");
        }
        if (rule.hasMatch()) {
            MatchRules.check(rule.getMatch(), problems.at("match"));
        }
        List<RouteMatch> matches = rule.getMatchesList();
        Checks.count(matches.size(), Limits.MATCHES_MAX, "entries", problems.at("matches"));
        for (int i = 0; i < matches.size(); i++) {
            MatchRules.check(matches.get(i), problems.at("matches", i));
        }
    }
}
