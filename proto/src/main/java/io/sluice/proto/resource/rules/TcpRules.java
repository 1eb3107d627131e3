package io.sluice.proto.resource.rules;

import io.sluice.proto.Cidr;
import io.sluice.proto.Limits;
import io.sluice.proto.PortRange;
import io.sluice.proto.Problems;
import io.sluice.proto.resource.v1.SourceAffinity;
import io.sluice.proto.resource.v1.TcpForward;
import io.sluice.proto.resource.v1.TcpMatch;
import io.sluice.proto.resource.v1.TcpOptions;
import io.sluice.proto.resource.v1.TcpRule;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The checks of what a TCP listener does with its connections. */
final class TcpRules {
    private TcpRules() {}

    static void check(TcpOptions tcp, Problems problems) {
        destination(tcp, problems);
        Checks.duration(tcp.hasIdleTimeout(), tcp.getIdleTimeout(), 0, problems.at("idleTimeout"));
        Checks.range(
                tcp.hasConnectionsMax(),
                tcp.getConnectionsMax(),
                1,
                Limits.CONNECTIONS_MAX,
                problems.at("connectionsMax"));
    }

    private static void destination(TcpOptions tcp, Problems problems) {
        if (tcp.hasForward() && tcp.getRulesCount() > 0) {
            problems.at("rules")
                    .reject(
                            "TOO_MANY",
                            "only one of forward and rules can be given",
                            "make forward the last of the rules, without match");
        } else if (tcp.hasForward()) {
            forward(tcp.getForward(), problems.at("forward"));
        } else if (tcp.getRulesCount() > 0) {
            rules(tcp.getRulesList(), problems.at("rules"));
        } else {
            problems.at("forward")
                    .reject("REQUIRED", "is missing", "write forward: { cluster: NAME }");
        }
    }

    private static void rules(List<TcpRule> rules, Problems problems) {
        Checks.count(rules.size(), Limits.RULES_MAX, "rules", problems);
        Map<String, Integer> names = new HashMap<>();
        int everything = -1;
        for (int i = 0; i < rules.size(); i++) {
            TcpRule rule = rules.get(i);
            Problems at = problems.item(i);
            rule(rule, at);
            Integer before = names.putIfAbsent(rule.getName(), i);
            if (before != null && !rule.getName().isEmpty()) {
                Checks.duplicate("rule", rule.getName(), "rules[" + before + "]", at.at("name"));
            }
            if (everything >= 0) {
                at.warn(
                        "UNREACHABLE",
                        "is never reached: rule "
                                + Checks.quoted(rules.get(everything).getName())
                                + " before it takes every connection");
            } else if (rule.getMatch().equals(TcpMatch.getDefaultInstance())) {
                everything = i;
            }
        }
    }

    private static void rule(TcpRule rule, Problems problems) {
        Checks.name(rule.getName(), problems.at("name"));
        match(rule.getMatch(), problems.at("match"));
        if (rule.hasForward()) {
            forward(rule.getForward(), problems.at("forward"));
        } else {
            problems.at("forward")
                    .reject("REQUIRED", "is missing", "write forward: { cluster: NAME }");
        }
    }

    private static void match(TcpMatch match, Problems problems) {
        networks(match.getSourcesList(), Limits.ACCESS_NETWORKS_MAX, problems.at("sources"));
        HelloRules.check(match.getHello(), problems.at("hello"));
        Problems ports = problems.at("ports");
        Checks.count(match.getPortsCount(), Limits.MATCH_PORTS_MAX, "entries", ports);
        for (int i = 0; i < match.getPortsCount(); i++) {
            ports(match.getPorts(i), ports.item(i));
        }
    }

    /** One entry of a list of ports; how many it stands for, 0 if it is bad. */
    static int ports(String text, Problems problems) {
        return PortRange.parse(text)
                .map(PortRange::count)
                .orElseGet(
                        () -> {
                            problems.reject(
                                    "BAD_PORT",
                                    Checks.quoted(text) + " is neither a port nor a range",
                                    "write it like \"5060\" or \"30000-30100\"; ports are 1 to"
                                            + " 65535");
                            return 0;
                        });
    }

    /** A list of networks in CIDR notation. */
    static void networks(List<String> networks, int countMax, Problems problems) {
        Checks.count(networks.size(), countMax, "networks", problems);
        for (int i = 0; i < networks.size(); i++) {
            if (Cidr.parse(networks.get(i)).isEmpty()) {
                problems.item(i)
                        .reject(
                                "BAD_NETWORK",
                                Checks.quoted(networks.get(i)) + " is not a network",
                                "write it like 10.0.0.0/8, with no bit set after the prefix, or one"
                                        + " address");
            }
        }
    }

    static void forward(TcpForward forward, Problems problems) {
        SplitRules.check(forward.getCluster(), forward.getSplitList(), problems);
        SourceAffinity affinity = forward.getSourceAffinity();
        Problems at = problems.at("sourceAffinity");
        Checks.range(
                affinity.hasIpv4Prefix(), affinity.getIpv4Prefix(), 1, 32, at.at("ipv4Prefix"));
        Checks.range(
                affinity.hasIpv6Prefix(), affinity.getIpv6Prefix(), 1, 128, at.at("ipv6Prefix"));
    }
}
