package io.sluice.dataplane.cluster.endpoint;

import io.sluice.proto.HostPort;

import java.util.Map;

/**
 * An endpoint as configured: a name in it may stand for several addresses.
 *
 * @param weight 0 to 1000; 0 means no new users
 * @param drain no new users, and those it has may not stay for ever
 */
public record EndpointSpec(
        HostPort address, int weight, Map<String, String> labels, boolean drain) {
    public EndpointSpec {
        labels = Map.copyOf(labels);
    }

    /** One in service. */
    public EndpointSpec(HostPort address, int weight, Map<String, String> labels) {
        this(address, weight, labels, false);
    }
}
