package io.sluice.controlplane;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.sluice.controlplane.api.RestOptions;
import io.sluice.controlplane.api.RestServer;
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

import org.jspecify.annotations.Nullable;
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

    private @Nullable DataDirectory directory;

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
        ResourceStore store = openStore();
        Fleet fleet = new Fleet(store::setDrained);
        StatsHistory stats = new StatsHistory(clock);
        RolloutLoop rollout = opened(RolloutLoop.start(store, fleet, clock, registry));
        DiscoveryServer discovery = opened(openDiscovery(rollout, fleet, stats, registry));
        String grpc = text(discovery.address());
        String rest = text(openRest(store, fleet, stats, registry));
        if (directory != null) {
            directory.announce(reachable(rest));
        }
        log.info(
                "event=started version={} rest={} grpc={} database={} epoch={} revision={}",
                SoftwareVersion.current(),
                rest,
                grpc,
                store.database(),
                store.current().epoch(),
                store.current().revision());
        if (options.readyFile().isPresent()) {
            ReadyFile.write(options.readyFile().get(), rest, grpc);
        }
    }

    private ResourceStore openStore() {
        if (options.database().isPresent()) {
            return opened(
                    JdbcResourceStore.openPostgres(
                            options.database().get(), StoreOptions.DEFAULT, clock));
        }
        DataDirectory locked = opened(DataDirectory.lock(options.dataDir()));
        directory = locked;
        return opened(JdbcResourceStore.open(locked, StoreOptions.DEFAULT, clock));
    }

    private DiscoveryServer openDiscovery(
            RolloutLoop rollout, Fleet fleet, StatsHistory stats, PrometheusRegistry registry) {
        try {
            DiscoveryOptions door = DiscoveryOptions.at(socketAddress(options.grpc()));
            return DiscoveryServer.start(door, rollout, fleet, stats, registry);
        } catch (IOException e) {
            throw new StartFailure(
                    "--grpc " + options.grpc() + " cannot be bound (" + e.getMessage() + ")", e);
        }
    }

    private InetSocketAddress openRest(
            ResourceStore store, Fleet fleet, StatsHistory stats, PrometheusRegistry registry) {
        HostPort address = options.rest();
        RestServer rest =
                opened(
                        new RestServer(
                                RestOptions.on(
                                        address.host(), address.port(), options.allowedHosts()),
                                store,
                                fleet,
                                stats,
                                registry,
                                clock));
        try {
            return rest.start();
        } catch (IllegalStateException e) {
            throw new StartFailure("--rest: " + e.getMessage(), e);
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
        return HostPort.of(address).toString();
    }

    /** An address that a process on this machine can connect to. */
    private static String reachable(String bound) {
        HostPort address = HostPort.parse(bound).orElseThrow();
        return address.isWildcard()
                ? new HostPort(address.isIpv6() ? "::1" : "127.0.0.1", address.port()).toString()
                : bound;
    }
}
