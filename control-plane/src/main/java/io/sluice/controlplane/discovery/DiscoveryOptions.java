package io.sluice.controlplane.discovery;

import java.net.InetSocketAddress;
import java.time.Duration;

/**
 * How the nodes' door behaves. Immutable.
 *
 * @param address where to listen; port 0 takes any free one
 * @param eventLoops threads that serve the streams
 * @param admissionsPerSecond new streams let in
 * @param admissionsBurst new streams let in at once after a quiet time
 * @param stalledMax a node that takes no bytes for so long while some wait is cut
 * @param reportInterval length of a node's statistics window
 */
public record DiscoveryOptions(
        InetSocketAddress address,
        int eventLoops,
        int admissionsPerSecond,
        int admissionsBurst,
        Duration stalledMax,
        Duration reportInterval) {
    /** What suits up to some thousand nodes. */
    public static DiscoveryOptions at(InetSocketAddress address) {
        return new DiscoveryOptions(
                address, 2, 500, 1_000, Duration.ofSeconds(30), Duration.ofSeconds(5));
    }
}
