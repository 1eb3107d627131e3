package io.sluice.controlplane.storage;

import io.sluice.proto.resource.Kind;
import io.sluice.proto.resource.Resource;
import io.sluice.proto.resource.ResourceKey;
import io.sluice.proto.resource.ResourceSet;
import io.sluice.proto.resource.SplitKey;

import org.jspecify.annotations.Nullable;

import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** Everything that is wanted of the fleet, after one commit. Immutable. */
public final class StoreState {
    private final long epoch;
    private final long revision;
    private final ResourceSet resources;
    private final Map<Kind, SortedMap<String, StoredResource>> stored;
    private final SortedMap<String, CanaryMark> canaries;
    private final SortedSet<String> drainedNodes;

    private StoreState(
            long epoch,
            long revision,
            ResourceSet resources,
            Map<Kind, SortedMap<String, StoredResource>> stored,
            SortedMap<String, CanaryMark> canaries,
            SortedSet<String> drainedNodes) {
        this.epoch = epoch;
        this.revision = revision;
        this.resources = resources;
        this.stored = stored;
        this.canaries = canaries;
        this.drainedNodes = drainedNodes;
    }

    /** The state as the database has it. */
    static StoreState of(
            long epoch,
            long revision,
            Collection<StoredResource> resources,
            SortedMap<String, CanaryMark> canaries,
            SortedSet<String> drainedNodes) {
        return new StoreState(
                        epoch,
                        0,
                        ResourceSet.empty(),
                        new EnumMap<>(Kind.class),
                        canaries,
                        drainedNodes)
                .next(revision, resources, List.of(), canaries);
    }

    /** Set when the store was created or restored; grows only. */
    public long epoch() {
        return epoch;
    }

    /** The last revision; 0 before the first. */
    public long revision() {
        return revision;
    }

    public ResourceSet resources() {
        return resources;
    }

    public @Nullable StoredResource get(ResourceKey key) {
        return byName(key.kind()).get(key.name());
    }

    /** Sorted by name. */
    public Collection<StoredResource> all(Kind kind) {
        return Collections.unmodifiableCollection(byName(kind).values());
    }

    /** By split. */
    public SortedMap<String, CanaryMark> canaries() {
        return canaries;
    }

    public SortedSet<String> drainedNodes() {
        return drainedNodes;
    }

    /**
     * The state after a commit: some resources replaced or gone, and the marks as they are then.
     */
    StoreState next(
            long nextRevision,
            Collection<StoredResource> upserts,
            Collection<ResourceKey> deletes,
            SortedMap<String, CanaryMark> nextCanaries) {
        EnumMap<Kind, SortedMap<String, StoredResource>> copies = new EnumMap<>(Kind.class);
        for (StoredResource upsert : upserts) {
            copy(copies, upsert.resource().kind()).put(upsert.resource().name(), upsert);
        }
        for (ResourceKey key : deletes) {
            copy(copies, key.kind()).remove(key.name());
        }
        Map<ResourceKey, SortedSet<String>> marked = byResource(nextCanaries);
        Set<ResourceKey> touched = new HashSet<>(marked.keySet());
        touched.addAll(byResource(canaries).keySet());
        for (ResourceKey key : touched) {
            copy(copies, key.kind())
                    .computeIfPresent(
                            key.name(),
                            (name, resource) ->
                                    resource.withCanarySplits(
                                            marked.getOrDefault(
                                                    key, Collections.emptySortedSet())));
        }
        Map<Kind, SortedMap<String, StoredResource>> next = new EnumMap<>(Kind.class);
        next.putAll(stored);
        next.putAll(copies);
        List<Resource> changed = upserts.stream().map(StoredResource::resource).toList();
        return new StoreState(
                epoch,
                nextRevision,
                resources.with(changed, deletes),
                next,
                Collections.unmodifiableSortedMap(nextCanaries),
                drainedNodes);
    }

    private SortedMap<String, StoredResource> copy(
            EnumMap<Kind, SortedMap<String, StoredResource>> copies, Kind kind) {
        return copies.computeIfAbsent(kind, wanted -> new TreeMap<>(byName(wanted)));
    }

    private static Map<ResourceKey, SortedSet<String>> byResource(
            SortedMap<String, CanaryMark> canaries) {
        Map<ResourceKey, SortedSet<String>> splits = new HashMap<>();
        for (String name : canaries.keySet()) {
            SplitKey.parse(name)
                    .ifPresent(
                            split ->
                                    splits.computeIfAbsent(split.resource(), key -> new TreeSet<>())
                                            .add(name));
        }
        return splits;
    }

    StoreState withDrained(SortedSet<String> nodes) {
        return new StoreState(
                epoch,
                revision,
                resources,
                stored,
                canaries,
                Collections.unmodifiableSortedSet(nodes));
    }

    private SortedMap<String, StoredResource> byName(Kind kind) {
        SortedMap<String, StoredResource> byName = stored.get(kind);
        return byName == null ? Collections.emptySortedMap() : byName;
    }
}
