package io.sluice.controlplane;

import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.sluice.controlplane.discovery.DiscoveryOptions;
import io.sluice.controlplane.discovery.DiscoveryServer;
import io.sluice.controlplane.fleet.Fleet;
import io.sluice.controlplane.fleet.StatsHistory;
import io.sluice.controlplane.rollout.RolloutLoop;
import io.sluice.controlplane.storage.DataDirectory;
import io.sluice.controlplane.storage.JdbcResourceStore;
import io.sluice.controlplane.storage.ResourceStore;
import io.sluice.controlplane.storage.StoreOptions;
import io.sluice.proto.HostPort;
import io.sluice.proto.SoftwareVersion;
import io.sluice.proto.options.StartFailure;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * A control plane, from {@link #start} to {@link #close}: the store, what the fleet is and gets,
 * and the two doors. The doors open last, when the store is fully read, and close first.
 */
public final class ControlPlane implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ControlPlane.class);

    // In the order of opening.
    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private final ControlPlaneOptions options;
    private final InstantSource clock;

    private ControlPlane(ControlPlaneOptions options, InstantSource clock) {
        this.options = options;
        this.clock = clock;
    }

    /**
     * Opens everything and writes the ready file.
     *
     * @throws StartFailure if something cannot be opened; what was open is closed again
     */
    static ControlPlane start(ControlPlaneOptions options, InstantSource clock) {
        ControlPlane controlPlane = new ControlPlane(options, clock);
        try {
            controlPlane.open();
            return controlPlane;
        } catch (RuntimeException e) {
            controlPlane.close();
            throw e;
        }
    }

    private void open() {
        PrometheusRegistry registry = new PrometheusRegistry();
        JvmMetrics.builder().register(registry);
        ResourceStore store = openStore();
        Fleet fleet = new Fleet(store::setDrained);
        StatsHistory stats = new StatsHistory(clock);
        RolloutLoop rollout = opened(RolloutLoop.start(store, fleet, clock, registry));
        DiscoveryServer discovery = opened(openDiscovery(rollout, fleet, stats, registry));
        String grpc = text(discovery.address());
        log.info(
                "event=started version={} grpc={} database={} epoch={} revision={}",
                SoftwareVersion.current(),
                grpc,
                store.database(),
                store.current().epoch(),
                store.current().revision());
        if (options.readyFile().isPresent()) {
            ReadyFile.write(options.readyFile().get(), "", grpc);
        }
    }

    private ResourceStore openStore() {
        if (options.database().isPresent()) {
            return opened(
                    JdbcResourceStore.openPostgres(
                            options.database().get(), StoreOptions.DEFAULT, clock));
        }
        DataDirectory directory = opened(DataDirectory.lock(options.dataDir()));
        return opened(JdbcResourceStore.open(directory, StoreOptions.DEFAULT, clock));
    }

    private DiscoveryServer openDiscovery(
            RolloutLoop rollout, Fleet fleet, StatsHistory stats, PrometheusRegistry registry) {
        try {
            DiscoveryOptions door = DiscoveryOptions.at(socketAddress(options.grpc()));
            return DiscoveryServer.start(door, rollout, fleet, stats, clock, registry);
        } catch (IOException e) {
            throw new StartFailure(
                    "--grpc " + options.grpc() + " cannot be bound (" + e.getMessage() + ")", e);
        }
    }

    @Override
    public void close() {
        while (!parts.isEmpty()) {
            AutoCloseable part = parts.removeLast();
            try {
                part.close();
            } catch (Exception e) {
                // The others must be closed all the same.
                log.error("event=close_failed part={}", part.getClass().getSimpleName(), e);
            }
        }
    }

    private <T extends AutoCloseable> T opened(T part) {
        parts.addLast(part);
        return part;
    }

    private static InetSocketAddress socketAddress(HostPort address) {
        return address.address()
                .map(ip -> new InetSocketAddress(ip, address.port()))
                .orElseGet(() -> new InetSocketAddress(address.host(), address.port()));
    }

    private static String text(InetSocketAddress address) {
        return new HostPort(address.getAddress().getHostAddress(), address.getPort()).toString();
    }
}
