package io.sluice.dataplane.cluster.health;

/**
 * How the endpoints of a cluster are checked.
 *
 * @param intervalNanos between the end of a check and the next
 * @param timeoutNanos for one check, from connect to answer
 * @param unhealthyAfter failures in a row
 * @param healthyAfter successes in a row
 */
public record HealthCheckSpec(
        Probe probe, long intervalNanos, long timeoutNanos, int unhealthyAfter, int healthyAfter) {}
