package io.sluice.controlplane.rollout;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.sluice.controlplane.fleet.Fleet;
import io.sluice.controlplane.storage.ResourceStore;

import java.time.InstantSource;

/**
 * The one thread that decides what every node gets. Everything else posts events to it. Lives from
 * {@link #start} to {@link #close}.
 */
public final class RolloutLoop implements AutoCloseable {
    private RolloutLoop() {}

    /**
     * Starts deciding; the store must be fully read.
     *
     * @param fleet where the outcome is published
     * @param registry where the metrics of this area are registered
     */
    public static RolloutLoop start(
            ResourceStore store, Fleet fleet, InstantSource clock, PrometheusRegistry registry) {
        return new RolloutLoop();
    }

    /** Stops deciding; nodes keep what they have. */
    @Override
    public void close() {}
}
