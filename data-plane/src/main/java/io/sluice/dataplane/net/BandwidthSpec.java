package io.sluice.dataplane.net;

import org.jspecify.annotations.Nullable;

/**
 * How many bytes a listener's connections may pass, compiled; null for no limit. Upstream is from
 * clients to endpoints, downstream the way back.
 */
public record BandwidthSpec(
        @Nullable Rate connectionUpstream,
        @Nullable Rate connectionDownstream,
        @Nullable Rate listenerUpstream,
        @Nullable Rate listenerDownstream) {
    /** No limits. */
    public static final BandwidthSpec NONE = new BandwidthSpec(null, null, null, null);

    /**
     * One of them.
     *
     * @param burstBytes that may pass at once after a pause, at least what passes in 50 ms
     */
    public record Rate(long bytesPerSecond, long burstBytes) {}
}
