package io.sluice.dataplane.net;

import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.util.List;

/**
 * How a cluster's connections are made, compiled.
 *
 * @param socket the kernel's options
 * @param sources the local addresses they come from; empty for what the kernel chooses
 * @param transparent whether they come from the client's address
 * @param coalescing of what clients of TCP listeners send; null for none
 */
public record UpstreamSocketSpec(
        SocketSpec socket,
        List<InetAddress> sources,
        boolean transparent,
        @Nullable Coalescing coalescing) {
    /** As it is without configuration. */
    public static final UpstreamSocketSpec USUAL =
            new UpstreamSocketSpec(SocketSpec.USUAL, List.of(), false, null);

    public UpstreamSocketSpec {
        sources = List.copyOf(sources);
    }
}
