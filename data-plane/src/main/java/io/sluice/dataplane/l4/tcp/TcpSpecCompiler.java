package io.sluice.dataplane.l4.tcp;

import io.sluice.dataplane.cluster.Cluster;
import io.sluice.dataplane.cluster.WeightedClusters;
import io.sluice.dataplane.l4.ForwardCompiler;
import io.sluice.dataplane.net.NetworkTrie;
import io.sluice.proto.DnsName;
import io.sluice.proto.DurationText;
import io.sluice.proto.PortRange;
import io.sluice.proto.Problems;
import io.sluice.proto.resource.v1.HelloMatch;
import io.sluice.proto.resource.v1.TcpForward;
import io.sluice.proto.resource.v1.TcpMatch;
import io.sluice.proto.resource.v1.TcpOptions;
import io.sluice.proto.resource.v1.TcpRule;
import io.sluice.proto.resource.v1.TlsPassthrough;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Compiles what a TCP listener does. Pure. */
public final class TcpSpecCompiler {
    private static final long IDLE_TIMEOUT_NANOS = 3_600 * 1_000_000_000L;
    private static final int CONNECTIONS_MAX = 100_000;

    private TcpSpecCompiler() {}

    /**
     * Compiles it with the clusters of the same snapshot.
     *
     * @param clusters the cluster of a name, or null
     * @return empty where an error was reported
     */
    public static Optional<TcpSpec> compile(
            TcpOptions config, Function<String, @Nullable Cluster> clusters, Problems problems) {
        List<io.sluice.dataplane.l4.tcp.TcpRule> rules = new ArrayList<>();
        int wanted = config.getRulesCount();
        if (wanted == 0) {
            wanted = 1;
            WeightedClusters everything =
                    ForwardCompiler.compile(config.getForward(), clusters, problems.at("forward"));
            if (everything != null) {
                rules.add(rule("", TcpMatch.getDefaultInstance(), config.getForward(), everything));
            }
        }
        for (int i = 0; i < config.getRulesCount(); i++) {
            TcpRule rule = config.getRules(i);
            Problems at = problems.at("rules", i).at("forward");
            WeightedClusters split = ForwardCompiler.compile(rule.getForward(), clusters, at);
            if (split != null) {
                rules.add(rule(rule.getName(), rule.getMatch(), rule.getForward(), split));
            }
        }
        if (rules.size() < wanted) {
            return Optional.empty();
        }
        int connectionsMax =
                config.hasConnectionsMax() ? config.getConnectionsMax() : CONNECTIONS_MAX;
        return Optional.of(new TcpSpec(rules, idleTimeoutNanos(config), connectionsMax));
    }

    /**
     * Compiles what a listener passes through; it counts against the limits of the listener.
     *
     * @return empty where an error was reported
     */
    public static Optional<TcpSpec> passthrough(
            List<TlsPassthrough> config,
            Function<String, @Nullable Cluster> clusters,
            long idleTimeoutNanos,
            Problems problems) {
        List<io.sluice.dataplane.l4.tcp.TcpRule> rules = new ArrayList<>();
        for (int i = 0; i < config.size(); i++) {
            TlsPassthrough each = config.get(i);
            WeightedClusters split =
                    ForwardCompiler.compile(
                            each.getForward(), clusters, problems.item(i).at("forward"));
            if (split != null) {
                HelloMatch.Builder hello =
                        HelloMatch.newBuilder()
                                .addAllServerNames(each.getServerNamesList())
                                .setNoServerName(each.getNoServerName())
                                .addAllAlpn(each.getAlpnList());
                if (each.hasEncrypted()) {
                    hello.setEncrypted(each.getEncrypted());
                }
                TcpMatch match = TcpMatch.newBuilder().setHello(hello).build();
                rules.add(rule(each.getName(), match, each.getForward(), split));
            }
        }
        return rules.size() < config.size()
                ? Optional.empty()
                : Optional.of(new TcpSpec(rules, idleTimeoutNanos, CONNECTIONS_MAX));
    }

    /** How long a connection may be idle. */
    public static long idleTimeoutNanos(TcpOptions config) {
        return config.hasIdleTimeout()
                ? DurationText.toNanos(config.getIdleTimeout())
                : IDLE_TIMEOUT_NANOS;
    }

    private static io.sluice.dataplane.l4.tcp.TcpRule rule(
            String name, TcpMatch match, TcpForward forward, WeightedClusters clusters) {
        return new io.sluice.dataplane.l4.tcp.TcpRule(
                name,
                match(match),
                clusters,
                ForwardCompiler.affinity(forward),
                forward.getSamePort());
    }

    private static io.sluice.dataplane.l4.tcp.TcpMatch match(TcpMatch match) {
        List<PortRange> ports = new ArrayList<>();
        match.getPortsList().forEach(text -> PortRange.parse(text).ifPresent(ports::add));
        return new io.sluice.dataplane.l4.tcp.TcpMatch(
                match.getSourcesCount() == 0 ? null : NetworkTrie.of(match.getSourcesList()),
                ports,
                match.hasHello() ? hello(match.getHello()) : null);
    }

    private static io.sluice.dataplane.l4.tcp.HelloMatch hello(HelloMatch match) {
        return new io.sluice.dataplane.l4.tcp.HelloMatch(
                match.getServerNamesList().stream()
                        .map(TcpSpecCompiler::serverName)
                        .collect(Collectors.toSet()),
                match.getNoServerName(),
                match.getAlpnList(),
                match.hasEncrypted() ? (Boolean) match.getEncrypted() : null);
    }

    private static String serverName(String written) {
        return DnsName.canonical(written.startsWith("*.") ? written.substring(1) : written);
    }
}
