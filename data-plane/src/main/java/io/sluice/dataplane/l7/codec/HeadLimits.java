package io.sluice.dataplane.l7.codec;

/**
 * How large a head may be.
 *
 * @param headBytesMax first line and fields together
 * @param fieldsMax number of fields
 */
public record HeadLimits(int headBytesMax, int fieldsMax) {
    /** What an upstream's response may have. */
    public static final HeadLimits RESPONSE = new HeadLimits(64 * 1024, 500);
}
