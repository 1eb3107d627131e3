package io.sluice.dataplane.l7.stream;

import io.sluice.dataplane.cluster.endpoint.Endpoint;
import io.sluice.dataplane.l7.route.Route;
import io.sluice.dataplane.telemetry.EndpointMeter;
import io.sluice.dataplane.telemetry.LoopMeters;
import io.sluice.dataplane.telemetry.RouteMeter;

import java.util.IdentityHashMap;

/**
 * The meters of a loop by the objects that a stream holds: finding one by name costs more than a
 * request should. Forgotten when the routes change.
 */
final class StreamMeters {
    /** Distinct endpoints remembered; they come and go while routes stay. */
    private static final int ENDPOINTS_MAX = 10_000;

    private final LoopMeters meters;
    private final IdentityHashMap<Route, IdentityHashMap<String, RouteMeter>> routes =
            new IdentityHashMap<>();
    private final IdentityHashMap<Route, RetryBudget> budgets = new IdentityHashMap<>();
    private final IdentityHashMap<Endpoint, EndpointMeter> endpoints = new IdentityHashMap<>();

    StreamMeters(LoopMeters meters) {
        this.meters = meters;
    }

    /**
     * @param cluster the cluster's own name object; empty where none was picked
     */
    RouteMeter route(Route route, String cluster) {
        IdentityHashMap<String, RouteMeter> clusters = routes.get(route);
        if (clusters == null) {
            clusters = new IdentityHashMap<>(4);
            routes.put(route, clusters);
        }
        RouteMeter meter = clusters.get(cluster);
        if (meter == null) {
            meter = meters.route(route.route(), route.rule(), cluster);
            clusters.put(cluster, meter);
        }
        return meter;
    }

    EndpointMeter endpoint(Endpoint endpoint) {
        EndpointMeter meter = endpoints.get(endpoint);
        if (meter == null) {
            if (endpoints.size() == ENDPOINTS_MAX) {
                endpoints.clear();
            }
            meter = meters.endpoint(endpoint.cluster(), endpoint.addressText());
            endpoints.put(endpoint, meter);
        }
        return meter;
    }

    RetryBudget budget(Route route) {
        RetryBudget budget = budgets.get(route);
        if (budget == null) {
            budget = new RetryBudget();
            budgets.put(route, budget);
        }
        return budget;
    }

    void forget() {
        routes.clear();
        budgets.clear();
        endpoints.clear();
    }
}
