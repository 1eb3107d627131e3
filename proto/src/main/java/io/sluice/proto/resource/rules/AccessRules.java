package io.sluice.proto.resource.rules;

import io.sluice.proto.Limits;
import io.sluice.proto.Problems;
import io.sluice.proto.resource.v1.Access;
import io.sluice.proto.resource.v1.AccessRefusal;
import io.sluice.proto.resource.v1.ClientLimits;
import io.sluice.proto.resource.v1.ListenerConfig;
import io.sluice.proto.resource.v1.ProxyProtocol;

/** The checks of who may connect to a listener, and whom it believes. */
final class AccessRules {
    private static final long TARPIT_NANOS_MIN = 1_000_000_000L;
    private static final int TARPIT_HOURS_MAX = 1;

    private AccessRules() {}

    static void check(ListenerConfig listener, Problems problems) {
        if (listener.hasProxyProtocol()) {
            proxyProtocol(listener.getProxyProtocol(), problems.at("proxyProtocol"));
        }
        if (listener.hasAccess()) {
            access(listener.getAccess(), problems.at("access"));
            if (listener.hasUdp()) {
                onlyDropping(listener.getAccess(), problems.at("access"));
            }
        }
    }

    private static void onlyDropping(Access access, Problems problems) {
        boolean more =
                access.getRefusal() == AccessRefusal.ACCESS_REFUSAL_RESET
                        || access.getRefusal() == AccessRefusal.ACCESS_REFUSAL_TARPIT;
        notForUdp(more, problems.at("refusal"));
        notForUdp(access.hasTarpitTime(), problems.at("tarpitTime"));
        notForUdp(access.hasTarpitMax(), problems.at("tarpitMax"));
    }

    private static void notForUdp(boolean given, Problems problems) {
        if (given) {
            problems.reject(
                    "NOT_ALLOWED",
                    "cannot be given for UDP: what is refused is dropped",
                    "leave it out");
        }
    }

    private static void proxyProtocol(ProxyProtocol proxy, Problems problems) {
        Problems from = problems.at("from");
        if (proxy.getFromCount() == 0) {
            from.reject(
                    "REQUIRED",
                    "is missing: whose headers are believed",
                    "write from: [10.0.0.0/8], the networks of the balancers in front");
        }
        TcpRules.networks(proxy.getFromList(), Limits.NETWORKS_MAX, from);
    }

    private static void access(Access access, Problems problems) {
        TcpRules.networks(access.getAllowList(), Limits.ACCESS_NETWORKS_MAX, problems.at("allow"));
        TcpRules.networks(access.getDenyList(), Limits.ACCESS_NETWORKS_MAX, problems.at("deny"));
        clientLimits(access.getPerClient(), problems.at("perClient"));
        clientLimits(access.getPerClientOnNode(), problems.at("perClientOnNode"));
        Problems tarpitTime = problems.at("tarpitTime");
        Checks.duration(
                access.hasTarpitTime(), access.getTarpitTime(), TARPIT_NANOS_MIN, tarpitTime);
        if (access.getTarpitTime().getSeconds() > TARPIT_HOURS_MAX * 3_600L) {
            tarpitTime.reject("OUT_OF_RANGE", "is more than " + TARPIT_HOURS_MAX + "h");
        }
        Checks.range(
                access.hasTarpitMax(),
                access.getTarpitMax(),
                1,
                Limits.TARPIT_MAX,
                problems.at("tarpitMax"));
    }

    private static void clientLimits(ClientLimits limits, Problems problems) {
        Checks.range(
                limits.hasConnections(),
                limits.getConnections(),
                1,
                Limits.CONNECTIONS_MAX,
                problems.at("connections"));
        Checks.range(
                limits.hasConnectionsPerSecond(),
                limits.getConnectionsPerSecond(),
                1,
                Limits.CONNECTIONS_MAX,
                problems.at("connectionsPerSecond"));
        Checks.range(
                limits.hasIpv4Prefix(), limits.getIpv4Prefix(), 1, 32, problems.at("ipv4Prefix"));
        Checks.range(
                limits.hasIpv6Prefix(), limits.getIpv6Prefix(), 1, 128, problems.at("ipv6Prefix"));
    }
}
