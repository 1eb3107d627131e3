package io.sluice.proto.resource.rules;

import io.sluice.proto.DnsName;
import io.sluice.proto.Limits;
import io.sluice.proto.Problems;
import io.sluice.proto.resource.v1.HelloMatch;
import io.sluice.proto.resource.v1.ListenerConfig;
import io.sluice.proto.resource.v1.TcpRule;
import io.sluice.proto.resource.v1.TlsPassthrough;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The checks of what is chosen by a ClientHello. */
final class HelloRules {
    private HelloRules() {}

    static void check(HelloMatch match, Problems problems) {
        serverNames(match.getServerNamesList(), problems.at("serverNames"));
        TlsRules.alpn(match.getAlpnList(), List.of(), problems.at("alpn"));
    }

    static void passthrough(ListenerConfig listener, Problems problems) {
        List<TlsPassthrough> all = listener.getTls().getPassthroughList();
        Checks.count(all.size(), Limits.RULES_MAX, "entries", problems);
        Set<String> names = new HashSet<>();
        listener.getTcp().getRulesList().stream().map(TcpRule::getName).forEach(names::add);
        for (int i = 0; i < all.size(); i++) {
            TlsPassthrough each = all.get(i);
            Problems at = problems.item(i);
            Checks.name(each.getName(), at.at("name"));
            if (!names.add(each.getName()) && !each.getName().isEmpty()) {
                at.at("name")
                        .reject(
                                "DUPLICATE",
                                Checks.quoted(each.getName()) + " is the name of another rule");
            }
            serverNames(each.getServerNamesList(), at.at("serverNames"));
            TlsRules.alpn(each.getAlpnList(), List.of(), at.at("alpn"));
            if (each.hasForward()) {
                TcpRules.forward(each.getForward(), at.at("forward"));
            } else {
                at.at("forward")
                        .reject("REQUIRED", "is missing", "write forward: { cluster: NAME }");
            }
        }
    }

    private static void serverNames(List<String> names, Problems problems) {
        Checks.count(names.size(), Limits.HOSTS_MAX, "names", problems);
        for (int i = 0; i < names.size(); i++) {
            String name = names.get(i);
            boolean fine =
                    HostPattern.parse(name)
                            .filter(
                                    pattern ->
                                            pattern.kind() == HostPattern.Kind.ANY
                                                    || DnsName.isValid(
                                                            name.startsWith("*.")
                                                                    ? name.substring(2)
                                                                    : name))
                            .isPresent();
            if (!fine) {
                problems.item(i)
                        .reject(
                                "BAD_NAME",
                                Checks.quoted(name) + " is not a server name",
                                "write it like shop.example, *.shop.example or *; a client that"
                                        + " connects to an IP address asks for none");
            }
        }
    }
}
