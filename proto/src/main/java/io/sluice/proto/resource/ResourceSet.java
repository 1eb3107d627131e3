package io.sluice.proto.resource;

import io.sluice.proto.Problems;

import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Resources by key, and what they say about each other. Immutable; a change copies only the kinds
 * it touches.
 */
public final class ResourceSet {
    private static final ResourceSet EMPTY = new ResourceSet(new EnumMap<>(Kind.class));

    private final Map<Kind, SortedMap<String, Resource>> byKind;

    private ResourceSet(Map<Kind, SortedMap<String, Resource>> byKind) {
        this.byKind = byKind;
    }

    /** Nothing. */
    public static ResourceSet empty() {
        return EMPTY;
    }

    /** These; of equal keys the last one. */
    public static ResourceSet of(Collection<Resource> resources) {
        return EMPTY.with(resources, List.of());
    }

    /** The resource of a key. */
    public Optional<Resource> find(ResourceKey key) {
        return Optional.ofNullable(named(key.kind()).get(key.name()));
    }

    /** Those of a kind, sorted by name; a view. */
    public Collection<Resource> all(Kind kind) {
        return Collections.unmodifiableCollection(named(kind).values());
    }

    /** All, sorted by kind and name. */
    public List<Resource> all() {
        return byKind.values().stream().flatMap(named -> named.values().stream()).toList();
    }

    /** How many. */
    public int size() {
        return byKind.values().stream().mapToInt(Map::size).sum();
    }

    /** This set with some resources added or replaced, then some removed. */
    public ResourceSet with(Collection<Resource> upserts, Collection<ResourceKey> deletes) {
        Map<Kind, SortedMap<String, Resource>> changed =
                new EnumMap<>(byKind.isEmpty() ? new EnumMap<>(Kind.class) : byKind);
        EnumMap<Kind, SortedMap<String, Resource>> copies = new EnumMap<>(Kind.class);
        for (Resource resource : upserts) {
            copies.computeIfAbsent(resource.kind(), kind -> new TreeMap<>(named(kind)))
                    .put(resource.name(), resource);
        }
        for (ResourceKey key : deletes) {
            copies.computeIfAbsent(key.kind(), kind -> new TreeMap<>(named(kind)))
                    .remove(key.name());
        }
        changed.putAll(copies);
        return new ResourceSet(changed);
    }

    /**
     * What a resource leaves out and the stored one of its key has: the weights of its splits (0
     * where there are none) and a certificate's private key. To be called before a write is
     * checked.
     */
    public Resource complete(Resource incoming) {
        return Splits.withWeightsOf(incoming, find(incoming.key()));
    }

    /** All rules about more than one resource, as if everything here were new. */
    public void check(Problems problems) {
        checkChange(EMPTY, problems);
    }

    /**
     * What a change to this set would break. References that miss are MISSING_REFERENCE at who
     * refers; if what they name was there before, IN_USE at what was removed. Listeners that cannot
     * be bound together are LISTENER_CLASH. Warnings are given for what changed only.
     */
    public void checkChange(ResourceSet before, Problems problems) {}

    /**
     * Like {@link #check}, for files: what is not in them may be elsewhere, so that is a warning.
     */
    public void checkPartial(Problems problems) {}

    /** Who refers to a resource, sorted. */
    public SortedSet<ResourceKey> referrers(ResourceKey key) {
        return new TreeSet<>();
    }

    private SortedMap<String, Resource> named(Kind kind) {
        return byKind.getOrDefault(kind, Collections.emptySortedMap());
    }
}
