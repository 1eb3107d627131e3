package io.sluice.dataplane.l4.udp;

import io.sluice.dataplane.cluster.Cluster;
import io.sluice.dataplane.cluster.endpoint.Endpoint;
import io.sluice.dataplane.net.Loop;

import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.Map;

/**
 * Endpoints of which ICMP said that nobody is there: new sessions avoid them for a while, as long
 * as there are others. What active checks say stands beside it. Of its loop's thread.
 */
final class UnreachableEndpoints {
    /** How long an endpoint is avoided. */
    static final long AVOID_NANOS = 10_000_000_000L;

    private static final int PICKS_MAX = 8;

    /** More than that are not remembered. */
    private static final int ENDPOINTS_MAX = 1_024;

    private final Loop loop;
    private final Map<Endpoint, Long> untilNanos = new HashMap<>();

    UnreachableEndpoints(Loop loop) {
        this.loop = loop;
    }

    void add(Endpoint endpoint) {
        if (untilNanos.size() >= ENDPOINTS_MAX) {
            untilNanos.clear();
        }
        untilNanos.put(endpoint, loop.nowNanos() + AVOID_NANOS);
    }

    /** It has replied. */
    void remove(Endpoint endpoint) {
        if (!untilNanos.isEmpty()) {
            untilNanos.remove(endpoint);
        }
    }

    /**
     * An endpoint that is not avoided, if a few picks find one.
     *
     * @param failed the one that just failed
     * @return null where nobody is healthy
     */
    @Nullable Endpoint pick(Cluster cluster, @Nullable Endpoint failed) {
        Endpoint picked = cluster.pick(loop, loop.random64(), failed);
        if (untilNanos.isEmpty()) {
            return picked;
        }
        for (int i = 1; i < PICKS_MAX && picked != null && avoids(picked); i++) {
            picked = cluster.pick(loop, loop.random64(), picked);
        }
        return picked;
    }

    /**
     * As {@link #pick} for a client that is to stay: the same one while that is fine.
     *
     * @param hash64 the client's
     */
    @Nullable Endpoint pickSticky(Cluster cluster, long hash64, @Nullable Endpoint failed) {
        Endpoint first = cluster.pickSticky(loop, hash64, failed);
        if (untilNanos.isEmpty() || first == null || !avoids(first)) {
            return first;
        }
        Endpoint second = cluster.pickSticky(loop, hash64, first);
        return second == null ? first : second;
    }

    private boolean avoids(Endpoint endpoint) {
        Long until = untilNanos.get(endpoint);
        if (until == null) {
            return false;
        }
        if (until - loop.nowNanos() > 0) {
            return true;
        }
        untilNanos.remove(endpoint);
        return false;
    }
}
