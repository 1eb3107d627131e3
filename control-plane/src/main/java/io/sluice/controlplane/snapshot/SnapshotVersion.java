package io.sluice.controlplane.snapshot;

import com.google.protobuf.ByteString;

/**
 * Which state of the configuration: ordered by epoch, then revision. Immutable.
 *
 * @param digest of the state's entries
 */
public record SnapshotVersion(long epoch, long revision, ByteString digest) {
    /** Whether this is newer by epoch and revision; the digest does not matter. */
    public boolean isAfter(SnapshotVersion other) {
        int byEpoch = Long.compareUnsigned(epoch, other.epoch);
        return byEpoch != 0 ? byEpoch > 0 : Long.compareUnsigned(revision, other.revision) > 0;
    }

    /** {@code 1700000000.42}; for logs. */
    @Override
    public String toString() {
        return Long.toUnsignedString(epoch) + "." + Long.toUnsignedString(revision);
    }
}
