package io.sluice.controlplane.api;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.sluice.controlplane.storage.ChangeResult;
import io.vertx.ext.web.RoutingContext;

import java.util.Locale;
import java.util.function.LongSupplier;

/** What the REST door counts. Thread-safe. */
final class RestMetrics {
    private final LongSupplier nanoTime;
    private final Counter requests;
    private final Histogram seconds;
    private final Counter writes;

    RestMetrics(PrometheusRegistry registry, LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        requests =
                Counter.builder()
                        .name("sluice_rest_requests_total")
                        .help("REST requests answered, by operation and status.")
                        .labelNames("operation", "status")
                        .register(registry);
        seconds =
                Histogram.builder()
                        .name("sluice_rest_request_duration_seconds")
                        .help("From the request's head to the end of the response.")
                        .labelNames("operation")
                        .classicOnly()
                        .classicUpperBounds(0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5)
                        .register(registry);
        writes =
                Counter.builder()
                        .name("sluice_writes_total")
                        .help("Change sets, weights and rollbacks, by what came of them.")
                        .labelNames("result")
                        .register(registry);
    }

    /** Counts a request once it is answered; the operation is empty where none matched. */
    void count(RoutingContext context, String operation) {
        String name = operation.isEmpty() ? "none" : operation;
        long startNanos = nanoTime.getAsLong();
        context.addEndHandler(
                ended -> {
                    requests.labelValues(name, Integer.toString(context.response().getStatusCode()))
                            .inc();
                    if (!name.equals(EventApi.OPERATION_ID)) {
                        seconds.labelValues(name)
                                .observe((nanoTime.getAsLong() - startNanos) / 1e9);
                    }
                });
    }

    void countWrite(ChangeResult result) {
        String name =
                switch (result) {
                    case ChangeResult.Applied applied -> "applied";
                    case ChangeResult.DryRun dry -> "dry_run";
                    case ChangeResult.Unchanged same -> "unchanged";
                    case ChangeResult.Rejected rejected ->
                            rejected.reason().name().toLowerCase(Locale.ROOT);
                };
        writes.labelValues(name).inc();
    }
}
