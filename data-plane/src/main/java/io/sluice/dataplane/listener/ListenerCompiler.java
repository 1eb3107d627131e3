package io.sluice.dataplane.listener;

import io.sluice.dataplane.cluster.Cluster;
import io.sluice.dataplane.cluster.WeightedClusters;
import io.sluice.dataplane.l4.tcp.TcpSpec;
import io.sluice.dataplane.l4.udp.UdpSpec;
import io.sluice.dataplane.l7.route.RouteTable;
import io.sluice.dataplane.l7.stream.HttpSpec;
import io.sluice.dataplane.l7.stream.HttpSpecCompiler;
import io.sluice.proto.DurationText;
import io.sluice.proto.HostPort;
import io.sluice.proto.Problems;
import io.sluice.proto.resource.v1.ListenerConfig;
import io.sluice.proto.resource.v1.SplitEntry;
import io.sluice.proto.resource.v1.TcpForward;
import io.sluice.proto.resource.v1.TcpOptions;
import io.sluice.proto.resource.v1.UdpOptions;
import io.sluice.proto.resource.v1.UdpPerDatagram;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Compiles a listener. Pure. */
public final class ListenerCompiler {
    private static final long SECOND_NANOS = 1_000_000_000L;
    private static final long TCP_IDLE_TIMEOUT_NANOS = 3_600 * SECOND_NANOS;
    private static final long UDP_IDLE_TIMEOUT_NANOS = 60 * SECOND_NANOS;
    private static final long UDP_EXCHANGE_TIMEOUT_NANOS = 5 * SECOND_NANOS;
    private static final int CONNECTIONS_MAX = 100_000;

    private ListenerCompiler() {}

    /**
     * Compiles a listener with the clusters and weights of the same snapshot.
     *
     * @param weights those of its split, in the order of the entries; empty if it has none
     * @param clusters the cluster of a name, or null
     * @param routes those that name this listener; not looked at for L4
     * @param problems collects what is wrong
     * @return empty where an error was reported
     */
    public static Optional<ListenerSpec> compile(
            String name,
            ListenerConfig config,
            List<Integer> weights,
            Function<String, @Nullable Cluster> clusters,
            RouteTable routes,
            Problems problems) {
        Optional<HostPort> address = HostPort.parse(config.getAddress()).filter(HostPort::isIp);
        if (address.isEmpty()) {
            problems.at("address")
                    .reject("INVALID_ADDRESS", "\"" + config.getAddress() + "\" is not IP:PORT");
            return Optional.empty();
        }
        return switch (config.getProtocolCase()) {
            case TCP ->
                    tcp(config.getTcp(), weights, clusters, problems.at("tcp"))
                            .map(
                                    spec ->
                                            new ListenerSpec(
                                                    name,
                                                    address.get(),
                                                    new ListenerProtocol.Tcp(spec)));
            case UDP ->
                    udp(config.getUdp(), weights, clusters, problems.at("udp"))
                            .map(
                                    spec ->
                                            new ListenerSpec(
                                                    name,
                                                    address.get(),
                                                    new ListenerProtocol.Udp(spec)));
            case HTTP -> {
                HttpSpec spec = HttpSpecCompiler.compile(config.getHttp(), problems.at("http"));
                yield Optional.of(
                        new ListenerSpec(
                                name, address.get(), new ListenerProtocol.Http(spec, routes)));
            }
            case PROTOCOL_NOT_SET -> {
                problems.reject("UNSUPPORTED", "needs a protocol that this node serves");
                yield Optional.empty();
            }
        };
    }

    private static Optional<TcpSpec> tcp(
            TcpOptions config,
            List<Integer> weights,
            Function<String, @Nullable Cluster> clusters,
            Problems problems) {
        WeightedClusters split =
                split(config.getForward(), weights, clusters, problems.at("forward"));
        if (split == null) {
            return Optional.empty();
        }
        long idleNanos =
                config.hasIdleTimeout()
                        ? DurationText.toNanos(config.getIdleTimeout())
                        : TCP_IDLE_TIMEOUT_NANOS;
        int connectionsMax =
                config.hasConnectionsMax() ? config.getConnectionsMax() : CONNECTIONS_MAX;
        return Optional.of(new TcpSpec(split, idleNanos, connectionsMax));
    }

    private static Optional<UdpSpec> udp(
            UdpOptions config,
            List<Integer> weights,
            Function<String, @Nullable Cluster> clusters,
            Problems problems) {
        WeightedClusters split =
                split(config.getForward(), weights, clusters, problems.at("forward"));
        if (split == null) {
            return Optional.empty();
        }
        UdpPerDatagram perDatagram = config.getPerDatagram();
        int responses =
                !config.hasPerDatagram()
                        ? UdpSpec.SESSIONS
                        : perDatagram.hasResponses() ? perDatagram.getResponses() : 1;
        long idleNanos =
                config.hasIdleTimeout()
                        ? DurationText.toNanos(config.getIdleTimeout())
                        : config.hasPerDatagram()
                                ? UDP_EXCHANGE_TIMEOUT_NANOS
                                : UDP_IDLE_TIMEOUT_NANOS;
        int connectionsMax =
                config.hasConnectionsMax() ? config.getConnectionsMax() : CONNECTIONS_MAX;
        return Optional.of(new UdpSpec(split, idleNanos, connectionsMax, responses));
    }

    private static @Nullable WeightedClusters split(
            TcpForward forward,
            List<Integer> weights,
            Function<String, @Nullable Cluster> clusters,
            Problems problems) {
        if (forward.getSplitCount() == 0) {
            Cluster cluster = cluster(forward.getCluster(), clusters, problems.at("cluster"));
            return cluster == null ? null : WeightedClusters.only(cluster);
        }
        List<WeightedClusters.Share> shares = new ArrayList<>();
        long sum = 0;
        for (int i = 0; i < forward.getSplitCount(); i++) {
            SplitEntry entry = forward.getSplit(i);
            Cluster cluster =
                    cluster(entry.getCluster(), clusters, problems.at("split", i).at("cluster"));
            int weight = i < weights.size() ? weights.get(i) : entry.getWeight();
            sum += weight;
            if (cluster != null) {
                shares.add(new WeightedClusters.Share(cluster, weight));
            }
        }
        if (shares.size() < forward.getSplitCount()) {
            return null;
        }
        if (sum == 0) {
            problems.at("split").reject("WEIGHTS_ZERO", "needs a weight above 0");
            return null;
        }
        return WeightedClusters.of(shares);
    }

    private static @Nullable Cluster cluster(
            String name, Function<String, @Nullable Cluster> clusters, Problems problems) {
        Cluster cluster = clusters.apply(name);
        if (cluster == null) {
            problems.reject("NOT_FOUND", "cluster \"" + name + "\" does not exist");
        }
        return cluster;
    }
}
