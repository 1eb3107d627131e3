package io.sluice.dataplane.snapshot;

/**
 * Which state of the configuration a snapshot is; ordered by epoch, then revision.
 *
 * @param epoch grows when the control plane's store is created or restored
 * @param revision gap-free within an epoch
 * @param digest of the state's entries, lower-case hexadecimal
 */
public record SnapshotVersion(long epoch, long revision, String digest) {
    /** Whether a node that has {@code other} would go back by taking this. */
    public boolean isBefore(SnapshotVersion other) {
        int byEpoch = Long.compareUnsigned(epoch, other.epoch);
        return byEpoch < 0 || (byEpoch == 0 && Long.compareUnsigned(revision, other.revision) < 0);
    }

    /** {@code EPOCH.REVISION}. */
    @Override
    public String toString() {
        return Long.toUnsignedString(epoch) + "." + Long.toUnsignedString(revision);
    }
}
