package io.sluice.dataplane.cluster.health;

import io.sluice.dataplane.net.ProxySending;
import io.sluice.dataplane.net.UpstreamSocketSpec;
import io.sluice.dataplane.tls.ClientTls;

import org.jspecify.annotations.Nullable;

/**
 * How the endpoints of a cluster are checked.
 *
 * @param intervalNanos between the end of a check and the next
 * @param timeoutNanos for one check, from connect to answer
 * @param unhealthyAfter failures in a row
 * @param healthyAfter successes in a row
 * @param tls how the endpoint is spoken to; null for in the clear
 * @param proxy what its connections begin with
 * @param sockets how they are made
 */
public record HealthCheckSpec(
        Probe probe,
        long intervalNanos,
        long timeoutNanos,
        int unhealthyAfter,
        int healthyAfter,
        @Nullable ClientTls tls,
        ProxySending proxy,
        UpstreamSocketSpec sockets) {
    /** A check in the clear, without PROXY header. */
    public HealthCheckSpec(
            Probe probe,
            long intervalNanos,
            long timeoutNanos,
            int unhealthyAfter,
            int healthyAfter) {
        this(
                probe,
                intervalNanos,
                timeoutNanos,
                unhealthyAfter,
                healthyAfter,
                null,
                ProxySending.NONE,
                UpstreamSocketSpec.USUAL);
    }
}
