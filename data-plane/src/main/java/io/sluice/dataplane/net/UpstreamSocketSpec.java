package io.sluice.dataplane.net;

import java.net.InetAddress;
import java.util.List;

/**
 * How a cluster's connections are made, compiled.
 *
 * @param socket the kernel's options
 * @param sources the local addresses they come from; empty for what the kernel chooses
 * @param transparent whether they come from the client's address
 */
public record UpstreamSocketSpec(
        SocketSpec socket, List<InetAddress> sources, boolean transparent) {
    /** As it is without configuration. */
    public static final UpstreamSocketSpec USUAL =
            new UpstreamSocketSpec(SocketSpec.USUAL, List.of(), false);

    public UpstreamSocketSpec {
        sources = List.copyOf(sources);
    }
}
