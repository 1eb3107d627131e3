package io.sluice.dataplane.cluster;

import com.google.protobuf.Duration;

import io.sluice.dataplane.cluster.balancer.Policy;
import io.sluice.dataplane.cluster.endpoint.EndpointSpec;
import io.sluice.dataplane.cluster.endpoint.UpstreamProtocol;
import io.sluice.dataplane.cluster.health.HealthCheckSpec;
import io.sluice.dataplane.cluster.health.Probe;
import io.sluice.dataplane.cluster.pool.IdleOptions;
import io.sluice.dataplane.net.Coalescing;
import io.sluice.dataplane.net.ProxySending;
import io.sluice.dataplane.net.SocketSpecCompiler;
import io.sluice.dataplane.net.UpstreamSocketSpec;
import io.sluice.dataplane.tls.ClientTls;
import io.sluice.dataplane.tls.ClientTlsCompiler;
import io.sluice.dataplane.tls.TlsContexts;
import io.sluice.proto.HostPort;
import io.sluice.proto.Problems;
import io.sluice.proto.resource.v1.ClusterConfig;
import io.sluice.proto.resource.v1.ClusterTls;
import io.sluice.proto.resource.v1.Coalesce;
import io.sluice.proto.resource.v1.EndpointConfig;
import io.sluice.proto.resource.v1.HealthCheck;
import io.sluice.proto.resource.v1.IdleConnections;

import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Compiles a cluster and its endpoints, which come in an entry of their own. Pure. */
public final class ClusterCompiler {
    private static final long SECOND_NANOS = 1_000_000_000L;
    private static final long CONNECT_TIMEOUT_NANOS = 5 * SECOND_NANOS;
    private static final long CHECK_INTERVAL_NANOS = 5 * SECOND_NANOS;
    private static final long CHECK_TIMEOUT_NANOS = 2 * SECOND_NANOS;
    private static final long COALESCE_DELAY_NANOS = 1_000_000;
    private static final int COALESCE_BYTES = 1_400;
    private static final int UNHEALTHY_AFTER = 3;
    private static final int HEALTHY_AFTER = 2;

    private ClusterCompiler() {}

    /**
     * Compiles one cluster.
     *
     * @param config its endpoints are ignored
     * @param problems collects what is wrong; where it got an error the result must not be used
     */
    public static ClusterSpec compile(
            String name,
            ClusterConfig config,
            List<EndpointConfig> endpoints,
            TlsContexts contexts,
            Problems problems) {
        UpstreamProtocol protocol = protocol(config, problems);
        ClientTls tls =
                config.hasTls()
                        ? ClientTlsCompiler.compile(
                                        offering(config.getTls(), protocol),
                                        contexts,
                                        problems.at("tls"))
                                .orElse(null)
                        : null;
        UpstreamSocketSpec sockets = sockets(config, problems);
        return new ClusterSpec(
                name,
                endpoints(endpoints, problems),
                policy(config),
                config.hasHealthCheck()
                        ? healthCheck(config, protocol, tls, sockets, problems)
                        : null,
                Math.toIntExact(
                        nanos(
                                        config.hasConnectTimeout(),
                                        config.getConnectTimeout(),
                                        CONNECT_TIMEOUT_NANOS)
                                / 1_000_000),
                tls,
                protocol,
                proxy(config),
                idle(config.getIdleConnections()),
                LeaveCompiler.compile(
                        config.getOnChange(),
                        config.hasDrainTimeout() ? config.getDrainTimeout() : null),
                sockets);
    }

    private static UpstreamProtocol protocol(ClusterConfig config, Problems problems) {
        return switch (config.getProtocol()) {
            case UPSTREAM_PROTOCOL_UNSPECIFIED, UPSTREAM_PROTOCOL_HTTP1 -> UpstreamProtocol.HTTP1;
            case UPSTREAM_PROTOCOL_H2 -> UpstreamProtocol.H2;
            // In the clear there is nothing to agree by.
            case UPSTREAM_PROTOCOL_AUTO ->
                    config.hasTls() ? UpstreamProtocol.AUTO : UpstreamProtocol.HTTP1;
            case UNRECOGNIZED -> {
                problems.at("protocol")
                        .reject("UNKNOWN_VALUE", "this node knows http1, h2 and auto");
                yield UpstreamProtocol.HTTP1;
            }
        };
    }

    // RFC 9113 section 3.2: over TLS the protocol has to be agreed upon.
    private static ClusterTls offering(ClusterTls tls, UpstreamProtocol protocol) {
        if (protocol == UpstreamProtocol.HTTP1 || tls.getAlpnCount() > 0) {
            return tls;
        }
        ClusterTls.Builder offering = tls.toBuilder().addAlpn(UpstreamProtocol.ALPN_H2);
        if (protocol == UpstreamProtocol.AUTO) {
            offering.addAlpn(UpstreamProtocol.ALPN_HTTP1);
        }
        return offering.build();
    }

    private static List<EndpointSpec> endpoints(List<EndpointConfig> configs, Problems problems) {
        List<EndpointSpec> specs = new ArrayList<>(configs.size());
        for (int i = 0; i < configs.size(); i++) {
            EndpointConfig config = configs.get(i);
            Optional<HostPort> address = HostPort.parse(config.getAddress());
            if (address.isEmpty()) {
                problems.at("endpoints", i)
                        .at("address")
                        .reject(
                                "INVALID_ADDRESS",
                                "\"" + config.getAddress() + "\" is not HOST:PORT");
                continue;
            }
            int weight = config.hasWeight() ? config.getWeight() : 1;
            specs.add(
                    new EndpointSpec(
                            address.get(), weight, config.getLabelsMap(), config.getDrain()));
        }
        return specs;
    }

    private static ProxySending proxy(ClusterConfig config) {
        return switch (config.getProxyProtocol()) {
            case PROXY_VERSION_UNSPECIFIED, UNRECOGNIZED -> ProxySending.NONE;
            case PROXY_VERSION_V1 -> ProxySending.V1;
            case PROXY_VERSION_V2 -> ProxySending.V2;
        };
    }

    private static IdleOptions idle(IdleConnections config) {
        IdleOptions other = IdleOptions.DEFAULT;
        int max = config.hasMax() ? config.getMax() : other.max();
        return new IdleOptions(
                max,
                nanos(config.hasTimeout(), config.getTimeout(), other.timeoutNanos()),
                Math.min(config.getReady(), max));
    }

    private static UpstreamSocketSpec sockets(ClusterConfig config, Problems problems) {
        List<InetAddress> sources = new ArrayList<>(config.getSourceAddressesCount());
        for (int i = 0; i < config.getSourceAddressesCount(); i++) {
            Optional<InetAddress> address = new HostPort(config.getSourceAddresses(i), 0).address();
            if (address.isEmpty()) {
                problems.at("sourceAddresses", i)
                        .reject(
                                "INVALID_ADDRESS",
                                "\"" + config.getSourceAddresses(i) + "\" is no IP address");
                continue;
            }
            sources.add(address.get());
        }
        return new UpstreamSocketSpec(
                SocketSpecCompiler.compile(config.getSocket()),
                sources,
                config.getTransparent(),
                config.hasCoalesce() ? coalescing(config.getCoalesce()) : null);
    }

    private static Coalescing coalescing(Coalesce config) {
        return new Coalescing(
                nanos(config.hasDelay(), config.getDelay(), COALESCE_DELAY_NANOS),
                config.hasBytes() ? config.getBytes() : COALESCE_BYTES);
    }

    private static Policy policy(ClusterConfig config) {
        return switch (config.getLoadBalancer().getPolicyCase()) {
            case ROUND_ROBIN, POLICY_NOT_SET -> Policy.ROUND_ROBIN;
            case LEAST_REQUEST -> Policy.LEAST_REQUEST;
        };
    }

    private static @Nullable HealthCheckSpec healthCheck(
            ClusterConfig cluster,
            UpstreamProtocol protocol,
            @Nullable ClientTls tls,
            UpstreamSocketSpec sockets,
            Problems problems) {
        HealthCheck config = cluster.getHealthCheck();
        Probe probe =
                switch (config.getProbeCase()) {
                    case HTTP -> {
                        String path = config.getHttp().getPath();
                        yield new Probe.Http(
                                path.isEmpty() ? "/" : path, config.getHttp().getHost(), protocol);
                    }
                    case TCP -> new Probe.Tcp();
                    case PROBE_NOT_SET -> null;
                };
        if (probe == null) {
            problems.at("healthCheck").reject("MISSING", "needs exactly one of http and tcp");
            return null;
        }
        return new HealthCheckSpec(
                probe,
                nanos(config.hasInterval(), config.getInterval(), CHECK_INTERVAL_NANOS),
                nanos(config.hasTimeout(), config.getTimeout(), CHECK_TIMEOUT_NANOS),
                config.hasUnhealthyAfter() ? config.getUnhealthyAfter() : UNHEALTHY_AFTER,
                config.hasHealthyAfter() ? config.getHealthyAfter() : HEALTHY_AFTER,
                tls,
                proxy(cluster),
                sockets);
    }

    private static long nanos(boolean present, Duration duration, long fallbackNanos) {
        return present ? duration.getSeconds() * SECOND_NANOS + duration.getNanos() : fallbackNanos;
    }
}
