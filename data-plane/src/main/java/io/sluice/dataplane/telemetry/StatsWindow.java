package io.sluice.dataplane.telemetry;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * What was counted between two instants, by key. Mutable while it is being filled; used by one
 * thread at a time, which hands it on.
 */
public final class StatsWindow {
    private final Instant start;
    private Instant end;
    private final Map<MeterKey.OfListener, ListenerMeter> listeners = new HashMap<>();
    private final Map<MeterKey.OfRoute, RouteMeter> routes = new HashMap<>();
    private final Map<MeterKey.OfEndpoint, EndpointMeter> endpoints = new HashMap<>();
    private final int keysMax;
    private long keysDropped;

    /**
     * @param keysMax rows of each sort; what comes beyond counts in the row with empty names
     */
    StatsWindow(Instant start, Instant end, int keysMax) {
        this.start = start;
        this.end = end;
        this.keysMax = keysMax;
    }

    /** When counting began. */
    public Instant start() {
        return start;
    }

    /** When counting ended. */
    public Instant end() {
        return end;
    }

    /** Rows by listener; what stood still is not there. */
    public Map<MeterKey.OfListener, ListenerMeter> listeners() {
        return listeners;
    }

    /** Rows by route, rule and cluster; what stood still is not there. */
    public Map<MeterKey.OfRoute, RouteMeter> routes() {
        return routes;
    }

    /** Rows by cluster and endpoint; what stood still is not there. */
    public Map<MeterKey.OfEndpoint, EndpointMeter> endpoints() {
        return endpoints;
    }

    /** Look-ups that found no room and count in the rows with empty names. */
    public long keysDropped() {
        return keysDropped;
    }

    /** Adds what another loop counted in the same time. */
    void addLoop(StatsWindow other) {
        other.listeners.forEach((key, row) -> listener(key).add(row));
        other.routes.forEach((key, row) -> route(key).add(row));
        other.endpoints.forEach((key, row) -> endpoint(key).add(row));
        keysDropped += other.keysDropped;
    }

    /**
     * Makes this window reach over the one that follows it: counts add up, what is open is as at
     * the later end.
     */
    void addLater(StatsWindow later) {
        listeners.values().forEach(row -> row.connectionsOpen = 0);
        endpoints.values().forEach(row -> row.active = 0);
        addLoop(later);
        end = later.end;
    }

    ListenerMeter listener(MeterKey.OfListener key) {
        return row(listeners, key, MeterKey.OfListener.OVERFLOW, ListenerMeter::new);
    }

    RouteMeter route(MeterKey.OfRoute key) {
        return row(routes, key, MeterKey.OfRoute.OVERFLOW, RouteMeter::new);
    }

    EndpointMeter endpoint(MeterKey.OfEndpoint key) {
        return row(endpoints, key, MeterKey.OfEndpoint.OVERFLOW, EndpointMeter::new);
    }

    void dropped(long keys) {
        keysDropped += keys;
    }

    private <K, M> M row(Map<K, M> rows, K key, K overflowKey, Supplier<M> create) {
        M row = rows.get(key);
        if (row != null) {
            return row;
        }
        int overflowRows = rows.containsKey(overflowKey) ? 1 : 0;
        if (key.equals(overflowKey) || rows.size() - overflowRows < keysMax) {
            return rows.computeIfAbsent(key, k -> create.get());
        }
        keysDropped++;
        return rows.computeIfAbsent(overflowKey, k -> create.get());
    }
}
