package io.sluice.dataplane.telemetry;

import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;

/**
 * All meters of one event loop. Looking a meter up is safe on any thread (routes are compiled off
 * the loops); a meter's fields are written on the loop only. Keys are bounded: beyond the bound
 * everything of that sort counts in one overflow row with empty names.
 */
public final class LoopMeters {
    private final Executor loop;
    private final AtomicLong keysDropped = new AtomicLong();
    private final MeterTable<MeterKey.OfListener, ListenerMeter> listeners;
    private final MeterTable<MeterKey.OfRoute, RouteMeter> routes;
    private final MeterTable<MeterKey.OfEndpoint, EndpointMeter> endpoints;

    /**
     * @param loop runs tasks on the event loop these meters belong to
     * @param keysMax rows of each sort
     */
    public LoopMeters(Executor loop, int keysMax) {
        this.loop = loop;
        this.listeners =
                new MeterTable<>(keysMax, ListenerMeter::new, ListenerMeter::isIdle, keysDropped);
        this.routes = new MeterTable<>(keysMax, RouteMeter::new, RouteMeter::isIdle, keysDropped);
        this.endpoints =
                new MeterTable<>(keysMax, EndpointMeter::new, EndpointMeter::isIdle, keysDropped);
    }

    /** The meter of a listener, the same object for as long as anyone holds it. */
    public ListenerMeter listener(String name) {
        return listeners.get(new MeterKey.OfListener(name));
    }

    /**
     * The meter of what one cluster takes of one rule; for L4 route "" and rule "listener:NAME".
     */
    public RouteMeter route(String route, String rule, String cluster) {
        return routes.get(new MeterKey.OfRoute(route, rule, cluster));
    }

    /** The meter of one endpoint; {@code address} is IP:PORT. */
    public EndpointMeter endpoint(String cluster, String address) {
        return endpoints.get(new MeterKey.OfEndpoint(cluster, address));
    }

    Executor loop() {
        return loop;
    }

    /** On the loop: moves what was counted since the last call into {@code window}. */
    void collect(StatsWindow window) {
        listeners.collect(
                MeterKey.OfListener.OVERFLOW, (key, meter) -> window.listener(key).take(meter));
        routes.collect(MeterKey.OfRoute.OVERFLOW, (key, meter) -> window.route(key).take(meter));
        endpoints.collect(
                MeterKey.OfEndpoint.OVERFLOW, (key, meter) -> window.endpoint(key).take(meter));
        window.dropped(keysDropped.getAndSet(0));
    }
}
