package io.sluice.controlplane.rollout;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.sluice.controlplane.snapshot.SnapshotOffer;

import java.util.Locale;

/** What the rollout loop counts. Any thread. */
final class RolloutMetrics {
    private static final double NANOS_PER_SECOND = 1e9;

    private final Counter offers;
    private final Counter offeredBytes;
    private final Counter acks;
    private final Counter nacks;
    private final Counter nodesAhead;
    private final Histogram build;
    private final Histogram activation;
    private final Gauge nodes;

    RolloutMetrics(PrometheusRegistry registry) {
        offers =
                Counter.builder()
                        .name("sluice_offers_total")
                        .help("Offers sent to nodes, by how they tell their target.")
                        .labelNames("form")
                        .register(registry);
        offeredBytes =
                Counter.builder()
                        .name("sluice_offered_bytes_total")
                        .help("Bytes of offers sent to nodes, by how they tell their target.")
                        .labelNames("form")
                        .register(registry);
        acks =
                Counter.builder()
                        .name("sluice_acks_total")
                        .help("Acknowledgements by nodes, by phase.")
                        .labelNames("phase")
                        .register(registry);
        nacks =
                Counter.builder()
                        .name("sluice_nacks_total")
                        .help("Offers refused by nodes, by reason.")
                        .labelNames("reason")
                        .register(registry);
        nodesAhead =
                Counter.builder()
                        .name("sluice_nodes_ahead_total")
                        .help("Nodes that came with a newer version than the store has.")
                        .register(registry);
        build =
                Histogram.builder()
                        .name("sluice_snapshot_build_seconds")
                        .help("Time to make the snapshots of a state and assign them.")
                        .classicOnly()
                        .classicUpperBounds(.001, .002, .005, .01, .02, .05, .1, .2, .5, 1, 2, 5)
                        .register(registry);
        activation =
                Histogram.builder()
                        .name("sluice_activation_seconds")
                        .help("Time from a commit to a node serving it on every event loop.")
                        .classicOnly()
                        .classicUpperBounds(.01, .02, .05, .1, .2, .5, 1, 2, 5, 10, 30, 60)
                        .register(registry);
        nodes =
                Gauge.builder()
                        .name("sluice_nodes")
                        .help("Nodes by state.")
                        .labelNames("state")
                        .register(registry);
    }

    void offered(SnapshotOffer offer) {
        String form = offer.form().name().toLowerCase(Locale.ROOT);
        offers.labelValues(form).inc();
        offeredBytes.labelValues(form).inc(offer.bytes());
    }

    void acknowledged(AckPhase phase) {
        acks.labelValues(phase.name().toLowerCase(Locale.ROOT)).inc();
    }

    void refused(RefusalReason reason) {
        nacks.labelValues(reason.name().toLowerCase(Locale.ROOT)).inc();
    }

    void nodeAhead() {
        nodesAhead.inc();
    }

    void built(long nanos) {
        build.observe(nanos / NANOS_PER_SECOND);
    }

    void active(long nanos) {
        activation.observe(nanos / NANOS_PER_SECOND);
    }

    void nodes(int connected, int draining, int gone) {
        nodes.labelValues("connected").set(connected);
        nodes.labelValues("draining").set(draining);
        nodes.labelValues("gone").set(gone);
    }
}
