package io.sluice.dataplane.discovery;

import io.sluice.proto.HostPort;

import java.time.Duration;
import java.util.List;

/**
 * How a node finds its control plane and what it takes from it.
 *
 * @param controlPlanes tried in this order
 * @param firstBackoffMax longest wait between rounds before the first connection of this process
 * @param backoffMax longest wait between rounds later
 * @param stableAfter a stream that lived so long lets the waits begin anew
 * @param welcomeTimeout how long the control plane may take to greet
 * @param snapshotBytesMax bodies of all entries together
 * @param entriesMax entries of one snapshot
 */
public record DiscoveryOptions(
        List<HostPort> controlPlanes,
        Duration firstBackoffMax,
        Duration backoffMax,
        Duration stableAfter,
        Duration welcomeTimeout,
        long snapshotBytesMax,
        int entriesMax) {
    public DiscoveryOptions {
        controlPlanes = List.copyOf(controlPlanes);
    }

    /** The usual ones. */
    public static DiscoveryOptions to(List<HostPort> controlPlanes) {
        return new DiscoveryOptions(
                controlPlanes,
                Duration.ofSeconds(1),
                // 5,000 nodes come back at the rate at which a control plane admits them.
                Duration.ofSeconds(10),
                Duration.ofSeconds(10),
                Duration.ofSeconds(10),
                256L * 1024 * 1024,
                500_000);
    }
}
