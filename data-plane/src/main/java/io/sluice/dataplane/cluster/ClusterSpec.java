package io.sluice.dataplane.cluster;

import io.sluice.dataplane.cluster.balancer.Policy;
import io.sluice.dataplane.cluster.endpoint.EndpointSpec;
import io.sluice.dataplane.cluster.health.HealthCheckSpec;

import org.jspecify.annotations.Nullable;

import java.util.List;

/**
 * A compiled cluster; equal specs are carried over untouched.
 *
 * @param healthCheck null where every endpoint counts as healthy
 */
public record ClusterSpec(
        String name,
        List<EndpointSpec> endpoints,
        Policy policy,
        @Nullable HealthCheckSpec healthCheck,
        int connectTimeoutMillis) {
    public ClusterSpec {
        endpoints = List.copyOf(endpoints);
    }
}
