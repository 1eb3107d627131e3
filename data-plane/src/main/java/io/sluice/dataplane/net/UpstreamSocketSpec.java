package io.sluice.dataplane.net;

/**
 * How a cluster's connections are made, compiled.
 *
 * @param socket the kernel's options
 */
public record UpstreamSocketSpec(SocketSpec socket) {
    /** As it is without configuration. */
    public static final UpstreamSocketSpec USUAL = new UpstreamSocketSpec(SocketSpec.USUAL);
}
