package io.sluice.dataplane.discovery;

import io.sluice.proto.discovery.v1.Entry;
import io.sluice.proto.discovery.v1.EntryKey;

/**
 * What an entry is found by. Ordered by kind, then name, like the digest of a state; both are
 * ASCII.
 */
record EntryId(String kind, String name) implements Comparable<EntryId> {
    static EntryId of(Entry entry) {
        return new EntryId(entry.getKind(), entry.getName());
    }

    static EntryId of(EntryKey key) {
        return new EntryId(key.getKind(), key.getName());
    }

    @Override
    public int compareTo(EntryId other) {
        int byKind = kind.compareTo(other.kind);
        return byKind != 0 ? byKind : name.compareTo(other.name);
    }
}
