package io.sluice.controlplane.api;

import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Info;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.sluice.controlplane.fleet.Activation;
import io.sluice.controlplane.fleet.Fleet;
import io.sluice.controlplane.storage.ResourceStore;
import io.sluice.controlplane.storage.StoreState;
import io.sluice.proto.SoftwareVersion;
import io.sluice.proto.resource.Kind;

import java.util.function.IntSupplier;

/** Metrics that are read off the current state when asked for. */
final class StateMetrics {
    private StateMetrics() {}

    static void register(
            PrometheusRegistry registry,
            ResourceStore store,
            Fleet fleet,
            IntSupplier eventStreams,
            IntSupplier connections) {
        Info.builder()
                .name("sluice_build_info")
                .help("The running software.")
                .labelNames("version")
                .register(registry)
                .addLabelValues(SoftwareVersion.current());
        CounterWithCallback.builder()
                .name("sluice_revisions_total")
                .help("The current revision.")
                .callback(value -> value.call((double) store.current().revision()))
                .register(registry);
        GaugeWithCallback.builder()
                .name("sluice_epoch")
                .help("The store's epoch; grows with each restore.")
                .callback(value -> value.call((double) store.current().epoch()))
                .register(registry);
        GaugeWithCallback.builder()
                .name("sluice_resources")
                .help("Resources stored.")
                .labelNames("kind")
                .callback(value -> resources(store.current(), value))
                .register(registry);
        GaugeWithCallback.builder()
                .name("sluice_canary_splits")
                .help("Splits whose weights belong to canary set.")
                .callback(value -> value.call(store.current().canaries().size()))
                .register(registry);
        GaugeWithCallback.builder()
                .name("sluice_nodes_on_current_revision")
                .help("Connected nodes by what they did with the current revision.")
                .labelNames("result")
                .callback(
                        value ->
                                activation(
                                        fleet.view().activation(store.current().revision()), value))
                .register(registry);
        GaugeWithCallback.builder()
                .name("sluice_rest_event_streams")
                .help("Event streams open.")
                .callback(value -> value.call(eventStreams.getAsInt()))
                .register(registry);
        GaugeWithCallback.builder()
                .name("sluice_rest_connections")
                .help("REST connections open.")
                .callback(value -> value.call(connections.getAsInt()))
                .register(registry);
    }

    private static void resources(StoreState state, GaugeWithCallback.Callback value) {
        for (Kind kind : Kind.values()) {
            value.call(state.all(kind).size(), kind.singular());
        }
    }

    private static void activation(Activation activation, GaugeWithCallback.Callback value) {
        value.call(activation.active(), "active");
        value.call(activation.rejected(), "rejected");
        value.call(activation.connected() - activation.active() - activation.rejected(), "pending");
    }
}
