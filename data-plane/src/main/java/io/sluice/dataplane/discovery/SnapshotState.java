package io.sluice.dataplane.discovery;

import io.sluice.dataplane.snapshot.SnapshotProblem;
import io.sluice.dataplane.snapshot.SnapshotVersion;
import io.sluice.proto.StateDigest;
import io.sluice.proto.discovery.v1.Delta;
import io.sluice.proto.discovery.v1.Entry;
import io.sluice.proto.discovery.v1.EntryKey;
import io.sluice.proto.discovery.v1.NackReason;
import io.sluice.proto.discovery.v1.Version;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The entries of one version as received, not yet understood. Immutable; every one of them was
 * checked against its digest, and all together against the version's.
 */
final class SnapshotState {
    private final SnapshotVersion version;
    private final SortedMap<EntryId, Entry> entries;

    private SnapshotState(SnapshotVersion version, SortedMap<EntryId, Entry> entries) {
        this.version = version;
        this.entries = Collections.unmodifiableSortedMap(entries);
    }

    /** What came of new entries: a state, or why there is none. */
    sealed interface Outcome {
        /** All digests were right. */
        record Verified(SnapshotState state) implements Outcome {}

        /** Nothing of it may be used. */
        record Refused(Refusal refusal) implements Outcome {}
    }

    /** A state without entries. */
    static SnapshotState empty(Version version) {
        return new SnapshotState(version(version), new TreeMap<>());
    }

    /** The state of a full snapshot. */
    static Outcome full(Version version, Collection<Entry> received) {
        TreeMap<EntryId, Entry> entries = new TreeMap<>();
        List<SnapshotProblem> problems = new ArrayList<>();
        for (Entry entry : received) {
            if (entries.put(EntryId.of(entry), entry) != null) {
                problems.add(problem(entry, "DUPLICATE_ENTRY", "is there twice"));
            }
        }
        if (!problems.isEmpty()) {
            return new Outcome.Refused(new Refusal(NackReason.NACK_REASON_INVALID, problems));
        }
        return verify(version, entries, received);
    }

    /** The state that a delta makes of this one, which stays as it is. */
    Outcome apply(Version version, Delta delta) {
        if (!hex(delta.getBase().toByteArray()).equals(this.version.digest())) {
            return mismatch("the delta is for another state than " + this.version);
        }
        TreeMap<EntryId, Entry> changed = new TreeMap<>(entries);
        for (EntryKey key : delta.getRemoveList()) {
            changed.remove(EntryId.of(key));
        }
        for (Entry entry : delta.getUpsertList()) {
            changed.put(EntryId.of(entry), entry);
        }
        return verify(version, changed, delta.getUpsertList());
    }

    /** The same entries under another version, which has the same digest. */
    SnapshotState at(SnapshotVersion other) {
        return new SnapshotState(other, entries);
    }

    SnapshotVersion version() {
        return version;
    }

    /** By kind and name, in the order of the digest. */
    SortedMap<EntryId, Entry> entries() {
        return entries;
    }

    /** Bytes of all bodies. */
    long bodyBytes() {
        long bytes = 0;
        for (Entry entry : entries.values()) {
            bytes += entry.getBody().size();
        }
        return bytes;
    }

    /** The version in the node's own form. */
    static SnapshotVersion version(Version version) {
        return new SnapshotVersion(
                version.getEpoch(), version.getRevision(), hex(version.getDigest().toByteArray()));
    }

    private static Outcome verify(
            Version version, SortedMap<EntryId, Entry> entries, Collection<Entry> received) {
        for (Entry entry : received) {
            if (!Arrays.equals(StateDigest.ofBody(entry), entry.getDigest().toByteArray())) {
                return mismatch(
                        "entry "
                                + entry.getKind()
                                + " "
                                + entry.getName()
                                + " does not have its digest");
            }
        }
        SnapshotVersion wanted = version(version);
        String digest = hex(StateDigest.of(entries.values()));
        if (!digest.equals(wanted.digest())) {
            return mismatch("the entries have digest " + digest + ", not " + wanted.digest());
        }
        return new Outcome.Verified(new SnapshotState(wanted, entries));
    }

    private static Outcome mismatch(String message) {
        return new Outcome.Refused(
                Refusal.of(NackReason.NACK_REASON_DIGEST_MISMATCH, "DIGEST_MISMATCH", message));
    }

    private static SnapshotProblem problem(Entry entry, String code, String message) {
        return new SnapshotProblem(entry.getKind(), entry.getName(), "", code, message);
    }

    static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
