package io.sluice.dataplane.listener;

import io.sluice.dataplane.net.NetworkTrie;
import io.sluice.proto.DurationText;
import io.sluice.proto.resource.v1.Access;
import io.sluice.proto.resource.v1.ClientLimits;

/** Compiles who may connect. Pure; the rules of the kind were checked before. */
final class AccessCompiler {
    private static final long TARPIT_NANOS = 30_000_000_000L;
    private static final int TARPIT_MAX = 1_000;

    private AccessCompiler() {}

    static AccessSpec compile(Access config) {
        var networks = new NetworkTrie.Builder();
        // The first value of a network counts, so what is in both lists is denied.
        config.getDenyList().forEach(network -> networks.put(network, AccessSpec.DENY));
        config.getAllowList().forEach(network -> networks.put(network, AccessSpec.ALLOW));
        return new AccessSpec(
                networks.build(),
                config.getAllowCount() == 0,
                limits(config.getPerClient()),
                limits(config.getPerClientOnNode()),
                refusal(config),
                config.hasTarpitTime()
                        ? DurationText.toNanos(config.getTarpitTime())
                        : TARPIT_NANOS,
                config.hasTarpitMax() ? config.getTarpitMax() : TARPIT_MAX);
    }

    private static ClientLimitsSpec limits(ClientLimits config) {
        return new ClientLimitsSpec(
                config.getConnections(),
                config.getConnectionsPerSecond(),
                config.hasIpv4Prefix() ? config.getIpv4Prefix() : ClientLimitsSpec.NONE.ipv4Bits(),
                config.hasIpv6Prefix() ? config.getIpv6Prefix() : ClientLimitsSpec.NONE.ipv6Bits());
    }

    private static AccessSpec.Refusal refusal(Access config) {
        return switch (config.getRefusal()) {
            case ACCESS_REFUSAL_UNSPECIFIED, ACCESS_REFUSAL_CLOSE, UNRECOGNIZED ->
                    AccessSpec.Refusal.CLOSE;
            case ACCESS_REFUSAL_RESET -> AccessSpec.Refusal.RESET;
            case ACCESS_REFUSAL_TARPIT -> AccessSpec.Refusal.TARPIT;
        };
    }
}
