package io.sluice.controlplane.discovery;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.sluice.controlplane.fleet.Fleet;
import io.sluice.controlplane.fleet.StatsHistory;
import io.sluice.controlplane.rollout.RolloutLoop;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.InstantSource;

/** The gRPC server that nodes connect to. Lives from {@link #start} to {@link #close}. */
public final class DiscoveryServer implements AutoCloseable {
    private final InetSocketAddress address;

    private DiscoveryServer(InetSocketAddress address) {
        this.address = address;
    }

    /**
     * Binds and serves.
     *
     * @throws IOException if the address cannot be bound
     */
    public static DiscoveryServer start(
            DiscoveryOptions options,
            RolloutLoop rollout,
            Fleet fleet,
            StatsHistory stats,
            InstantSource clock,
            PrometheusRegistry registry)
            throws IOException {
        return new DiscoveryServer(options.address());
    }

    /** Where it listens, with the port that was bound. */
    public InetSocketAddress address() {
        return address;
    }

    /** Ends all streams and frees the port; waits for that, bounded. */
    @Override
    public void close() {}
}
