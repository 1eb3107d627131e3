package io.sluice.dataplane.discovery;

import java.util.Map;

/**
 * Who a node says it is.
 *
 * @param name unique in the fleet
 * @param bootId random per process start
 */
public record NodeIdentity(String name, String bootId, Map<String, String> labels) {
    public NodeIdentity {
        labels = Map.copyOf(labels);
    }
}
