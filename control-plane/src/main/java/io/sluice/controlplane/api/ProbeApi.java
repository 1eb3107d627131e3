package io.sluice.controlplane.api;

import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** What monitoring asks: alive, ready, metrics. */
final class ProbeApi {
    private static final String PLAIN = "text/plain; charset=utf-8";

    private final PrometheusRegistry registry;
    private final PrometheusTextFormatWriter writer = PrometheusTextFormatWriter.create();
    private final Supplier<List<String>> reasonsNotReady;

    /**
     * @param reasonsNotReady empty while all is well
     */
    ProbeApi(PrometheusRegistry registry, Supplier<List<String>> reasonsNotReady) {
        this.registry = registry;
        this.reasonsNotReady = reasonsNotReady;
    }

    List<RestOperation> operations() {
        Json text = Schemas.text("For people and probes.");
        return List.of(
                RestOperation.get("/livez", "live", "Whether the process answers at all.")
                        .answers(200, "It does.", List.of("text/plain"), text)
                        .quick(call -> text("ok\n", PLAIN)),
                RestOperation.get("/readyz", "ready", "Whether the control plane does its work.")
                        .answers(200, "It does.", Schemas.ref("Readiness"))
                        .answers(503, "It does not; the reasons say why.", Schemas.ref("Readiness"))
                        .quick(call -> ready()),
                RestOperation.get(
                                "/metrics",
                                "metrics",
                                "The control plane's own metrics, for Prometheus.")
                        .answers(200, "Prometheus text format.", List.of("text/plain"), text)
                        .blocking(call -> metrics()));
    }

    private Reply ready() {
        List<String> reasons = reasonsNotReady.get();
        Json body = Json.object().put("ready", reasons.isEmpty()).put("reasons", reasons);
        return Reply.document(reasons.isEmpty() ? 200 : 503, body.tree());
    }

    private Reply metrics() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            writer.write(out, registry.scrape());
        } catch (IOException e) {
            throw new UncheckedIOException(e); // an array does not fail
        }
        return new Reply.Text(200, Map.of(), writer.getContentType(), out.toByteArray());
    }

    private static Reply text(String text, String mediaType) {
        return new Reply.Text(200, Map.of(), mediaType, text.getBytes(StandardCharsets.UTF_8));
    }
}
