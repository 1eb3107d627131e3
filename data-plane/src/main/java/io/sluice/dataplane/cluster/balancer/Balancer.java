package io.sluice.dataplane.cluster.balancer;

import io.sluice.dataplane.cluster.endpoint.Endpoint;
import io.sluice.dataplane.net.Loop;

import org.jspecify.annotations.Nullable;

/** Chooses among a fixed, non-empty set of candidates; of one loop's thread. */
public interface Balancer {
    /**
     * The endpoint for a new user.
     *
     * @param value64 64 bits that are spread evenly, from which whatever is random is taken
     * @param avoid not this one, unless it is the only candidate
     */
    Endpoint pick(Loop loop, long value64, @Nullable Endpoint avoid);
}
