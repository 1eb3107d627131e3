package io.sluice.dataplane.cluster.endpoint;

import java.time.Instant;

/**
 * What this node thinks of an endpoint at one moment.
 *
 * @param address {@code ip:port}
 * @param since when it became so
 * @param reason why it is unhealthy; empty otherwise
 */
public record EndpointHealth(
        String cluster, String address, Health health, Instant since, String reason) {}
