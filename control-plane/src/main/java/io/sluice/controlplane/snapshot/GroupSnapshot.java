package io.sluice.controlplane.snapshot;

import com.google.protobuf.ByteString;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * All that the nodes of one group should serve at a revision. Immutable; the entries are shared
 * with other revisions and groups.
 */
public final class GroupSnapshot {
    /** The digest of a state without entries, which is what a fresh node has. */
    public static final ByteString EMPTY_DIGEST = digest(new SnapshotEntry[0]);

    private final SnapshotVersion version;
    private final SnapshotEntry[] entries;

    private GroupSnapshot(SnapshotVersion version, SnapshotEntry[] entries) {
        this.version = version;
        this.entries = entries;
    }

    /** A snapshot of entries that are sorted already; the array is taken over. */
    static GroupSnapshot of(long epoch, long revision, SnapshotEntry[] sorted) {
        return new GroupSnapshot(new SnapshotVersion(epoch, revision, digest(sorted)), sorted);
    }

    /** Epoch, revision and digest. */
    public SnapshotVersion version() {
        return version;
    }

    /** The digest of the content; equal for equal content whatever the revision. */
    public ByteString digest() {
        return version.digest();
    }

    /** Whether there is nothing to serve. */
    public boolean isEmpty() {
        return entries.length == 0;
    }

    /** How many entries. */
    public int size() {
        return entries.length;
    }

    /**
     * Names of the features that a node needs for it, as in Hello; so far every node can do all.
     */
    public Set<String> features() {
        return Set.of();
    }

    /** The same content under another revision. */
    GroupSnapshot at(long epoch, long revision) {
        return new GroupSnapshot(new SnapshotVersion(epoch, revision, version.digest()), entries);
    }

    /** Whether the content is the same; costs little where the objects are. */
    boolean consistsOf(SnapshotEntry[] sorted) {
        if (sorted.length != entries.length) {
            return false;
        }
        for (int i = 0; i < sorted.length; i++) {
            if (!sorted[i].equals(entries[i])) {
                return false;
            }
        }
        return true;
    }

    /** Sorted by kind and name. */
    List<SnapshotEntry> entries() {
        return Arrays.asList(entries);
    }

    @Override
    public String toString() {
        return version + " with " + entries.length + " entries";
    }

    private static ByteString digest(SnapshotEntry[] sorted) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (SnapshotEntry entry : sorted) {
                entry.update(digest);
            }
            return ByteString.copyFrom(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
