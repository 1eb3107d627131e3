package io.sluice.proto.resource.rules;

import io.sluice.proto.HostPort;
import io.sluice.proto.Limits;
import io.sluice.proto.Problems;
import io.sluice.proto.resource.v1.ClusterConfig;
import io.sluice.proto.resource.v1.EndpointConfig;
import io.sluice.proto.resource.v1.HealthCheck;
import io.sluice.proto.resource.v1.HttpProbe;
import io.sluice.proto.resource.v1.IdleConnections;
import io.sluice.proto.resource.v1.LoadBalancer;
import io.sluice.proto.resource.v1.UpstreamProtocol;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The checks of one cluster. */
final class ClusterRules {
    private static final long TIMEOUT_NANOS_MIN = 10_000_000;
    private static final long INTERVAL_NANOS_MIN = 100_000_000;

    private ClusterRules() {}

    static void check(ClusterConfig cluster, Problems problems) {
        endpoints(cluster.getEndpointsList(), problems);
        if (cluster.hasLoadBalancer()
                && cluster.getLoadBalancer().getPolicyCase()
                        == LoadBalancer.PolicyCase.POLICY_NOT_SET) {
            problems.at("loadBalancer")
                    .reject(
                            "REQUIRED",
                            "needs one of roundRobin and leastRequest",
                            "write loadBalancer: { leastRequest: {} }");
        }
        if (cluster.hasHealthCheck()) {
            healthCheck(cluster.getHealthCheck(), problems.at("healthCheck"));
        }
        if (cluster.hasTls()) {
            TlsRules.check(cluster.getTls(), problems.at("tls"));
        }
        if (cluster.getProtocol() == UpstreamProtocol.UPSTREAM_PROTOCOL_AUTO && !cluster.hasTls()) {
            problems.at("protocol")
                    .warn(
                            "AUTO_IN_CLEAR",
                            "auto is http1 here: without tls there is nothing to agree by",
                            "write h2 if the endpoints take it in the clear, or add tls");
        }
        Checks.drainTimeout(
                cluster.hasDrainTimeout(), cluster.getDrainTimeout(), problems.at("drainTimeout"));
        Checks.duration(
                cluster.hasConnectTimeout(),
                cluster.getConnectTimeout(),
                TIMEOUT_NANOS_MIN,
                problems.at("connectTimeout"));
        SocketRules.check(cluster, problems);
        if (cluster.hasIdleConnections()) {
            idleConnections(cluster, problems.at("idleConnections"));
        }
    }

    private static void idleConnections(ClusterConfig cluster, Problems problems) {
        IdleConnections idle = cluster.getIdleConnections();
        Checks.range(
                idle.hasMax(), idle.getMax(), 0, Limits.IDLE_CONNECTIONS_MAX, problems.at("max"));
        Checks.duration(
                idle.hasTimeout(), idle.getTimeout(), TIMEOUT_NANOS_MIN, problems.at("timeout"));
        Problems ready = problems.at("ready");
        Checks.range(idle.hasReady(), idle.getReady(), 0, Limits.READY_CONNECTIONS_MAX, ready);
        if (idle.hasMax() && idle.getReady() > idle.getMax()) {
            ready.reject("OUT_OF_RANGE", "is more than max, which is " + idle.getMax());
        }
        boolean http1 =
                cluster.getProtocol() == UpstreamProtocol.UPSTREAM_PROTOCOL_UNSPECIFIED
                        || cluster.getProtocol() == UpstreamProtocol.UPSTREAM_PROTOCOL_HTTP1;
        if (idle.getReady() > 0 && !http1) {
            ready.reject(
                    "HTTP1_ONLY",
                    "is for protocol http1: requests of HTTP/2 share connections",
                    "leave it out");
        }
    }

    private static void endpoints(List<EndpointConfig> endpoints, Problems problems) {
        Checks.count(endpoints.size(), Limits.ENDPOINTS_MAX, "endpoints", problems.at("endpoints"));
        Set<HostPort> seen = new HashSet<>();
        for (int i = 0; i < endpoints.size(); i++) {
            EndpointConfig endpoint = endpoints.get(i);
            Problems at = problems.at("endpoints", i);
            Optional<HostPort> address = address(endpoint.getAddress(), at.at("address"));
            if (address.isPresent() && !seen.add(address.get())) {
                at.at("address")
                        .reject("DUPLICATE", "endpoint " + address.get() + " is named twice");
            }
            Checks.range(
                    endpoint.hasWeight(),
                    endpoint.getWeight(),
                    0,
                    Limits.ENDPOINT_WEIGHT_MAX,
                    at.at("weight"));
            Checks.labels(endpoint.getLabelsMap(), Limits.SMALL_LABELS_MAX, at.at("labels"));
        }
        boolean idle =
                endpoints.stream()
                        .allMatch(
                                endpoint ->
                                        endpoint.getDrain()
                                                || (endpoint.hasWeight()
                                                        && endpoint.getWeight() == 0));
        if (idle && !endpoints.isEmpty()) {
            problems.at("endpoints")
                    .warn(
                            "NO_WEIGHT",
                            "all are drained or of weight 0: no endpoint takes new users");
        }
    }

    private static Optional<HostPort> address(String text, Problems problems) {
        if (text.isEmpty()) {
            problems.reject("REQUIRED", "is missing", "write it like 10.0.0.7:8080");
            return Optional.empty();
        }
        Optional<HostPort> address = HostPort.parse(text);
        if (address.isEmpty()) {
            problems.reject(
                    "BAD_ADDRESS", Checks.quoted(text) + " is not an address", addressHint(text));
        } else if (address.get().port() == 0) {
            problems.reject("BAD_ADDRESS", "port 0 cannot be connected to");
        } else if (address.get().isWildcard()) {
            problems.reject(
                    "BAD_ADDRESS",
                    Checks.quoted(text) + " stands for all addresses of a machine",
                    "name one of them");
        }
        return address;
    }

    private static String addressHint(String text) {
        if (text.contains("://")) {
            return "leave out the scheme: HOST:PORT";
        }
        if (text.indexOf(':') < 0) {
            return "add the port: \"" + (text.length() > 60 ? "HOST" : text) + ":80\"";
        }
        if (text.indexOf(':') != text.lastIndexOf(':') && !text.startsWith("[")) {
            return "an IPv6 address stands in brackets: \"[::1]:8080\"";
        }
        return "write it like 10.0.0.7:8080 or app.internal:8080";
    }

    private static void healthCheck(HealthCheck check, Problems problems) {
        switch (check.getProbeCase()) {
            case HTTP -> httpProbe(check.getHttp(), problems.at("http"));
            case TCP -> {}
            case PROBE_NOT_SET ->
                    problems.reject(
                            "REQUIRED",
                            "needs one of http and tcp",
                            "write http: { path: /healthz } or tcp: {}");
        }
        Checks.duration(
                check.hasInterval(),
                check.getInterval(),
                INTERVAL_NANOS_MIN,
                problems.at("interval"));
        Checks.duration(
                check.hasTimeout(), check.getTimeout(), TIMEOUT_NANOS_MIN, problems.at("timeout"));
        Checks.range(
                check.hasUnhealthyAfter(),
                check.getUnhealthyAfter(),
                1,
                Limits.HEALTH_THRESHOLD_MAX,
                problems.at("unhealthyAfter"));
        Checks.range(
                check.hasHealthyAfter(),
                check.getHealthyAfter(),
                1,
                Limits.HEALTH_THRESHOLD_MAX,
                problems.at("healthyAfter"));
    }

    private static void httpProbe(HttpProbe probe, Problems problems) {
        if (!probe.getPath().isEmpty()) {
            PathRules.target(probe.getPath(), problems.at("path"));
        }
        if (!probe.getHost().isEmpty()) {
            Checks.authority(probe.getHost(), problems.at("host"));
        }
    }
}
