package io.sluice.dataplane.cluster.endpoint;

import io.sluice.proto.HostPort;

import java.util.Map;

/**
 * An endpoint as configured: a name in it may stand for several addresses.
 *
 * @param weight 0 to 1000; 0 means no new users
 */
public record EndpointSpec(HostPort address, int weight, Map<String, String> labels) {
    public EndpointSpec {
        labels = Map.copyOf(labels);
    }
}
