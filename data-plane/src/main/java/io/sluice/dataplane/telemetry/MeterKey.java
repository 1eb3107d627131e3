package io.sluice.dataplane.telemetry;

/** What a row of statistics is about; a key of empty names stands for all that found no room. */
public sealed interface MeterKey {
    /** One listener. */
    record OfListener(String listener) implements MeterKey {
        static final OfListener OVERFLOW = new OfListener("");
    }

    /**
     * One rule's share that one cluster takes; for L4 the route is "" and the rule "listener:NAME".
     */
    record OfRoute(String route, String rule, String cluster) implements MeterKey {
        static final OfRoute OVERFLOW = new OfRoute("", "", "");
    }

    /** One endpoint of one cluster, as IP:PORT. */
    record OfEndpoint(String cluster, String address) implements MeterKey {
        static final OfEndpoint OVERFLOW = new OfEndpoint("", "");
    }
}
