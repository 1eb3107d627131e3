package io.sluice.controlplane.fleet;

import io.sluice.controlplane.fleet.StatsView.EndpointRates;
import io.sluice.controlplane.fleet.StatsView.ListenerRates;
import io.sluice.controlplane.fleet.StatsView.RouteRates;
import io.sluice.controlplane.fleet.StatsView.TlsRates;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Sums over a stretch of time, on their way to becoming rates. One thread. */
final class StatsSum {
    private final Map<StatsKey, Sum> sums = new TreeMap<>();

    private static final class Sum {
        private final double[] counters;
        private Latency latency = Latency.EMPTY;
        private long level;

        Sum(StatsKey key) {
            counters = new double[key.family().counters()];
        }
    }

    /** Adds so much of what a block counted; the levels in it mean nothing over time. */
    void add(StatsKey key, long[] counters, Latency latency, double share) {
        Sum sum = sums.computeIfAbsent(key, Sum::new);
        for (int i = 0; i < counters.length; i++) {
            sum.counters[i] += counters[i] * share;
        }
        sum.latency = sum.latency.plus(share < 1 ? latency.scaled(share) : latency);
    }

    /** Adds to the level of a key at the end of the stretch. */
    void addLevel(StatsKey key, long level) {
        if (level != 0 || sums.containsKey(key)) {
            sums.computeIfAbsent(key, Sum::new).level += level;
        }
    }

    StatsView view(Instant from, Instant to, int nodes, long keysDropped) {
        double seconds = Math.max(1, to.toEpochMilli() - from.toEpochMilli()) / 1e3;
        List<ListenerRates> listeners = new ArrayList<>();
        List<RouteRates> routes = new ArrayList<>();
        List<EndpointRates> endpoints = new ArrayList<>();
        sums.forEach(
                (key, sum) -> {
                    switch (key.family()) {
                        case LISTENER -> listeners.add(listener(key, sum, seconds));
                        case ROUTE -> routes.add(route(key, sum, seconds));
                        case ENDPOINT -> endpoints.add(endpoint(key, sum, seconds));
                    }
                });
        return new StatsView(from, to, nodes, listeners, routes, endpoints, keysDropped);
    }

    private static ListenerRates listener(StatsKey key, Sum sum, double seconds) {
        double[] rates = rates(sum, seconds);
        return new ListenerRates(
                key.first(),
                rates[0],
                rates[1],
                sum.level,
                rates[2],
                rates[3],
                rates[4],
                rates[5],
                rates[6],
                rates[7],
                rates[8],
                rates[9],
                rates[10],
                rates[11],
                new TlsRates(rates[12], rates[13], rates[14], rates[15], rates[16], rates[17]),
                rates[18],
                rates[19],
                rates[20]);
    }

    private static RouteRates route(StatsKey key, Sum sum, double seconds) {
        double[] rates = rates(sum, seconds);
        return new RouteRates(
                key.first(),
                key.second(),
                key.third(),
                Math.round(sum.counters[0]),
                rates[0],
                rates[1],
                rates[2],
                rates[3],
                rates[4],
                rates[5],
                rates[6],
                rates[7],
                rates[8],
                rates[9],
                sum.latency.quantiles());
    }

    private static EndpointRates endpoint(StatsKey key, Sum sum, double seconds) {
        double[] rates = rates(sum, seconds);
        return new EndpointRates(
                key.first(),
                key.second(),
                Math.round(sum.counters[0]),
                rates[0],
                rates[1],
                rates[2],
                rates[3],
                rates[4],
                rates[5],
                sum.level,
                sum.latency.quantiles());
    }

    private static double[] rates(Sum sum, double seconds) {
        double[] rates = new double[sum.counters.length];
        for (int i = 0; i < rates.length; i++) {
            rates[i] = sum.counters[i] / seconds;
        }
        return rates;
    }
}
