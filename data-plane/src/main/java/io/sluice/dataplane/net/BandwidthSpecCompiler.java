package io.sluice.dataplane.net;

import io.sluice.proto.resource.v1.Bandwidth;
import io.sluice.proto.resource.v1.BandwidthLimit;

import org.jspecify.annotations.Nullable;

/** Compiles the limits of a listener's bytes. Pure. */
public final class BandwidthSpecCompiler {
    private static final long BURST_BYTES_MIN = 64 * 1024;

    private BandwidthSpecCompiler() {}

    /** Compiles what passed the rules; an empty message is {@link BandwidthSpec#NONE}. */
    public static BandwidthSpec compile(Bandwidth config) {
        BandwidthLimit each = config.getConnection();
        BandwidthLimit all = config.getListener();
        return new BandwidthSpec(
                rate(each.getUpstream(), each),
                rate(each.getDownstream(), each),
                rate(all.getUpstream(), all),
                rate(all.getDownstream(), all));
    }

    private static BandwidthSpec.@Nullable Rate rate(long bytesPerSecond, BandwidthLimit limit) {
        if (bytesPerSecond == 0) {
            return null;
        }
        long burst =
                limit.hasBurst()
                        ? limit.getBurst()
                        : Math.max(BURST_BYTES_MIN, bytesPerSecond / 10);
        return new BandwidthSpec.Rate(bytesPerSecond, burst);
    }
}
