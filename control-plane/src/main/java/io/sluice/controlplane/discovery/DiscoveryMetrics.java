package io.sluice.controlplane.discovery;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

/** What the nodes' door counts. Any thread. */
final class DiscoveryMetrics {
    private final Gauge streams;
    private final Counter bytesSent;
    private final Counter refused;
    private final Counter stalled;
    private final Counter reports;

    DiscoveryMetrics(PrometheusRegistry registry) {
        streams =
                Gauge.builder()
                        .name("sluice_node_streams")
                        .help("Open streams of nodes.")
                        .labelNames("stream")
                        .register(registry);
        bytesSent =
                Counter.builder()
                        .name("sluice_sync_sent_bytes_total")
                        .help("Bytes of messages sent to nodes on Sync streams.")
                        .register(registry);
        refused =
                Counter.builder()
                        .name("sluice_node_streams_refused_total")
                        .help("Streams of nodes that were not let in, by reason.")
                        .labelNames("reason")
                        .register(registry);
        stalled =
                Counter.builder()
                        .name("sluice_node_streams_stalled_total")
                        .help("Streams cut because the node took no bytes for too long.")
                        .register(registry);
        reports =
                Counter.builder()
                        .name("sluice_reports_total")
                        .help("Statistics windows received.")
                        .register(registry);
    }

    void syncOpened() {
        streams.labelValues("sync").inc();
    }

    void syncEnded() {
        streams.labelValues("sync").dec();
    }

    void reportOpened() {
        streams.labelValues("report").inc();
    }

    void reportEnded() {
        streams.labelValues("report").dec();
    }

    void sent(int bytes) {
        bytesSent.inc(bytes);
    }

    void refused(String reason) {
        refused.labelValues(reason).inc();
    }

    void stalled() {
        stalled.inc();
    }

    void reported() {
        reports.inc();
    }
}
