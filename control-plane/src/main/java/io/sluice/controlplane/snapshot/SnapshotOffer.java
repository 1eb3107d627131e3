package io.sluice.controlplane.snapshot;

import java.util.List;

/**
 * An offer as it goes to every node that has the same base and shall have the same target:
 * serialised once, shared. Immutable; the arrays are not modified.
 *
 * @param form how the target is told
 * @param mode what the node shall do with it
 * @param version the target; its revision is 0 where nothing was ever stored
 * @param parts protobuf bytes of {@code discovery.v1.Offer} without the offer id, one for each
 *     message to send
 */
public record SnapshotOffer(
        Form form, OfferMode mode, SnapshotVersion version, List<byte[]> parts) {
    /** How an offer tells its target. */
    public enum Form {
        /** The node has the content already. */
        UP_TO_DATE,
        /** By what differs from the node's state. */
        DELTA,
        /** Whole, in chunks. */
        SNAPSHOT
    }

    /** Bytes of all parts. */
    public long bytes() {
        long bytes = 0;
        for (byte[] part : parts) {
            bytes += part.length;
        }
        return bytes;
    }
}
