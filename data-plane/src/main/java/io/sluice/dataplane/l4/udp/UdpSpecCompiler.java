package io.sluice.dataplane.l4.udp;

import io.sluice.dataplane.cluster.Cluster;
import io.sluice.dataplane.cluster.WeightedClusters;
import io.sluice.dataplane.l4.ForwardCompiler;
import io.sluice.proto.DurationText;
import io.sluice.proto.Problems;
import io.sluice.proto.resource.v1.UdpOptions;
import io.sluice.proto.resource.v1.UdpPerDatagram;

import org.jspecify.annotations.Nullable;

import java.util.Optional;
import java.util.function.Function;

/** Compiles what a UDP listener does. Pure. */
public final class UdpSpecCompiler {
    private static final long SECOND_NANOS = 1_000_000_000L;
    private static final long IDLE_TIMEOUT_NANOS = 60 * SECOND_NANOS;
    private static final long EXCHANGE_TIMEOUT_NANOS = 5 * SECOND_NANOS;
    private static final int CONNECTIONS_MAX = 100_000;

    private UdpSpecCompiler() {}

    /**
     * Compiles it with the clusters of the same snapshot.
     *
     * @param clusters the cluster of a name, or null
     * @return empty where an error was reported
     */
    public static Optional<UdpSpec> compile(
            UdpOptions config, Function<String, @Nullable Cluster> clusters, Problems problems) {
        WeightedClusters split =
                ForwardCompiler.compile(config.getForward(), clusters, problems.at("forward"));
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
                        : config.hasPerDatagram() ? EXCHANGE_TIMEOUT_NANOS : IDLE_TIMEOUT_NANOS;
        int connectionsMax =
                config.hasConnectionsMax() ? config.getConnectionsMax() : CONNECTIONS_MAX;
        return Optional.of(
                new UdpSpec(
                        split,
                        idleNanos,
                        connectionsMax,
                        responses,
                        ForwardCompiler.affinity(config.getForward()),
                        config.getForward().getSamePort()));
    }
}
