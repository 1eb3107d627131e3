package io.sluice.dataplane;

import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.sluice.dataplane.discovery.Discovery;
import io.sluice.dataplane.listener.AcceptPauses;
import io.sluice.dataplane.listener.Listeners;
import io.sluice.dataplane.telemetry.MetricsText;

import org.jspecify.annotations.Nullable;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** Metrics of the process: its configuration, its control plane, its JVM. */
final class ProcessMetrics {
    private final Discovery discovery;
    private final NodeDrain drain;
    private final Listeners listeners;
    private @Nullable PrometheusRegistry jvm;

    ProcessMetrics(Discovery discovery, NodeDrain drain, Listeners listeners) {
        this.listeners = listeners;
        this.discovery = discovery;
        this.drain = drain;
    }

    void write(MetricsText text) {
        text.gauge(
                "sluice_config_epoch",
                "Epoch of the version that every loop serves; 0 for none.",
                discovery.activeVersion().map(version -> version.epoch()).orElse(0L));
        text.gauge(
                "sluice_config_revision",
                "Revision of the version that every loop serves; 0 for none.",
                discovery.activeVersion().map(version -> version.revision()).orElse(0L));
        text.gauge(
                "sluice_control_plane_connected",
                "1 while a control plane is connected.",
                discovery.isConnected() ? 1 : 0);
        text.gauge(
                "sluice_draining", "1 while the node drains.", drain.status().draining() ? 1 : 0);
        accepting(text, listeners.acceptPauses());
        try {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            PrometheusTextFormatWriter.create().write(out, jvm().scrape());
            text.raw(out.toString(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException("memory takes every byte", e);
        }
    }

    private static void accepting(MetricsText text, AcceptPauses pauses) {
        String total = "sluice_accept_pauses_total";
        String help = "Times that a socket stopped accepting, by what there was too little of.";
        text.gauge(
                        "sluice_accept_paused",
                        "Listening sockets that do not accept now; one for each event loop.",
                        pauses.paused())
                .counter(total, help, pauses.descriptors(), "reason", "descriptors")
                .counter(total, help, pauses.memory(), "reason", "memory")
                .counter(total, help, pauses.other(), "reason", "other");
    }

    /** Made when first asked for: a start should not wait for it. */
    private synchronized PrometheusRegistry jvm() {
        PrometheusRegistry made = jvm;
        if (made == null) {
            made = new PrometheusRegistry();
            JvmMetrics.builder().register(made);
            jvm = made;
        }
        return made;
    }
}
