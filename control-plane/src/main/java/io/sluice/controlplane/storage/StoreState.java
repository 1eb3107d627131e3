package io.sluice.controlplane.storage;

import io.sluice.proto.resource.Kind;
import io.sluice.proto.resource.ResourceKey;

import org.jspecify.annotations.Nullable;

import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;

/** Everything that is wanted of the fleet, after one commit. Immutable. */
public final class StoreState {
    private final long epoch;
    private final long revision;
    private final Map<Kind, SortedMap<String, StoredResource>> stored;
    private final SortedMap<String, CanaryMark> canaries;
    private final SortedSet<String> drainedNodes;

    StoreState(
            long epoch,
            long revision,
            Map<Kind, SortedMap<String, StoredResource>> stored,
            SortedMap<String, CanaryMark> canaries,
            SortedSet<String> drainedNodes) {
        this.epoch = epoch;
        this.revision = revision;
        this.stored = stored;
        this.canaries = canaries;
        this.drainedNodes = drainedNodes;
    }

    /** Set when the store was created or restored; grows only. */
    public long epoch() {
        return epoch;
    }

    /** The last revision; 0 before the first. */
    public long revision() {
        return revision;
    }

    public @Nullable StoredResource get(ResourceKey key) {
        return byName(key.kind()).get(key.name());
    }

    /** Sorted by name. */
    public Collection<StoredResource> all(Kind kind) {
        return byName(kind).values();
    }

    /** By split. */
    public SortedMap<String, CanaryMark> canaries() {
        return canaries;
    }

    public SortedSet<String> drainedNodes() {
        return drainedNodes;
    }

    private SortedMap<String, StoredResource> byName(Kind kind) {
        SortedMap<String, StoredResource> byName = stored.get(kind);
        return byName == null ? Collections.emptySortedMap() : byName;
    }
}
