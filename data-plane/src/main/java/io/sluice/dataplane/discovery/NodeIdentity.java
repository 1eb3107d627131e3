package io.sluice.dataplane.discovery;

import io.sluice.proto.HostPort;

import java.util.Map;

/**
 * Who a node says it is.
 *
 * @param name unique in the fleet
 * @param bootId random per process start
 * @param adminAddress where its admin door is
 */
public record NodeIdentity(
        String name, String bootId, Map<String, String> labels, HostPort adminAddress) {
    public NodeIdentity {
        labels = Map.copyOf(labels);
    }
}
