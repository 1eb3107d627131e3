package io.sluice.dataplane.cluster;

import io.sluice.dataplane.cluster.balancer.Policy;
import io.sluice.dataplane.cluster.endpoint.EndpointSpec;
import io.sluice.dataplane.cluster.endpoint.UpstreamProtocol;
import io.sluice.dataplane.cluster.health.HealthCheckSpec;
import io.sluice.dataplane.cluster.pool.IdleOptions;
import io.sluice.dataplane.net.ProxySending;
import io.sluice.dataplane.net.UpstreamSocketSpec;
import io.sluice.dataplane.tls.ClientTls;

import org.jspecify.annotations.Nullable;

import java.util.List;

/**
 * A compiled cluster; equal specs are carried over untouched.
 *
 * @param healthCheck null where every endpoint counts as healthy
 * @param tls how its endpoints are spoken to; null for in the clear
 * @param proxy what each connection begins with
 * @param idle how connections that nobody uses are dealt with
 * @param leaving what becomes of those at endpoints that leave
 * @param sockets how connections are made
 */
public record ClusterSpec(
        String name,
        List<EndpointSpec> endpoints,
        Policy policy,
        @Nullable HealthCheckSpec healthCheck,
        int connectTimeoutMillis,
        @Nullable ClientTls tls,
        UpstreamProtocol protocol,
        ProxySending proxy,
        IdleOptions idle,
        LeaveSpec leaving,
        UpstreamSocketSpec sockets) {
    public ClusterSpec {
        endpoints = List.copyOf(endpoints);
    }

    /** One that is spoken to in the clear, in HTTP/1.1, without PROXY header. */
    public ClusterSpec(
            String name,
            List<EndpointSpec> endpoints,
            Policy policy,
            @Nullable HealthCheckSpec healthCheck,
            int connectTimeoutMillis) {
        this(
                name,
                endpoints,
                policy,
                healthCheck,
                connectTimeoutMillis,
                null,
                UpstreamProtocol.HTTP1,
                ProxySending.NONE,
                IdleOptions.DEFAULT,
                LeaveSpec.DEFAULT,
                UpstreamSocketSpec.USUAL);
    }

    /** The same, with connections made in this way. */
    public ClusterSpec with(UpstreamSocketSpec wanted) {
        return new ClusterSpec(
                name,
                endpoints,
                policy,
                healthCheck,
                connectTimeoutMillis,
                tls,
                protocol,
                proxy,
                idle,
                leaving,
                wanted);
    }
}
