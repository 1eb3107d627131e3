package io.sluice.proto.resource;

import io.sluice.proto.DidYouMean;
import io.sluice.proto.Problem;
import io.sluice.proto.Problems;
import io.sluice.proto.resource.References.Reference;
import io.sluice.proto.resource.rules.NameCoverage;
import io.sluice.proto.resource.rules.Reachability;
import io.sluice.proto.resource.v1.ProxyVersion;

import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Resources by key, and what they say about each other. Immutable; a change copies only the kinds
 * it touches.
 */
public final class ResourceSet {
    /** Code of a name that stands for nothing. */
    private static final String MISSING_REFERENCE = "MISSING_REFERENCE";

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
        EnumMap<Kind, SortedMap<String, Resource>> changed = new EnumMap<>(Kind.class);
        for (Resource resource : upserts) {
            changed.computeIfAbsent(resource.kind(), kind -> new TreeMap<>(named(kind)))
                    .put(resource.name(), resource);
        }
        for (ResourceKey key : deletes) {
            changed.computeIfAbsent(key.kind(), kind -> new TreeMap<>(named(kind)))
                    .remove(key.name());
        }
        byKind.forEach(changed::putIfAbsent);
        return new ResourceSet(changed);
    }

    /**
     * What a resource leaves out and the stored one of its key has: the weights of its splits (0
     * where there are none) and a certificate's private key, if that fits. To be called before a
     * write is checked.
     */
    public Resource complete(Resource incoming) {
        Optional<Resource> stored = find(incoming.key());
        return StoredKey.keep(Splits.withWeightsOf(incoming, stored), stored);
    }

    /** All rules about more than one resource, as if everything here were new. */
    public void check(Problems problems) {
        checkChange(EMPTY, problems);
    }

    /**
     * What a change to this set would break. References that miss are MISSING_REFERENCE at who
     * refers; if what they name was there before, IN_USE at what was removed. A route that names a
     * listener that is not HTTP is NOT_HTTP, UDP that is to go where PROXY headers cannot say so is
     * CONFLICT. Listeners that cannot be bound together are LISTENER_CLASH. Warnings are given for
     * what changed only.
     */
    public void checkChange(ResourceSet before, Problems problems) {
        for (Resource resource : all()) {
            for (Reference reference : References.of(resource)) {
                check(resource, reference, before, problems);
            }
        }
        ListenerClashes.check(all(Kind.LISTENER), problems);
        Set<ResourceKey> changed = new HashSet<>();
        for (Resource route : all(Kind.ROUTE)) {
            if (!route.equals(before.named(Kind.ROUTE).get(route.name()))) {
                changed.add(route.key());
            }
        }
        if (!changed.isEmpty()) {
            Reachability.check(all(Kind.ROUTE), changed, problems);
        }
        NameCoverage.check(this, key -> !find(key).equals(before.find(key)), problems);
    }

    /**
     * Like {@link #check}, for files: what is not in them may be elsewhere, so that is a warning.
     */
    public void checkPartial(Problems problems) {
        Problems found = Problems.collect();
        check(found);
        for (Problem error : found.errors()) {
            if (error.code().equals(MISSING_REFERENCE)) {
                problems.addWarning(error);
            } else {
                problems.add(error);
            }
        }
        found.warnings().forEach(problems::addWarning);
    }

    /** Who refers to a resource, sorted. */
    public SortedSet<ResourceKey> referrers(ResourceKey key) {
        SortedSet<ResourceKey> referrers = new TreeSet<>();
        for (Resource resource : all()) {
            boolean refers =
                    References.of(resource).stream()
                            .anyMatch(reference -> reference.to().equals(key));
            if (refers) {
                referrers.add(resource.key());
            }
        }
        return referrers;
    }

    private void check(Resource from, Reference reference, ResourceSet before, Problems problems) {
        Resource to = named(reference.to().kind()).get(reference.to().name());
        if (to != null) {
            boolean http = to.kind() != Kind.LISTENER || to.listener().hasHttp();
            if (!http) {
                problems.in(from.key())
                        .at(reference.field())
                        .reject(
                                "NOT_HTTP",
                                to.key() + " is not an HTTP listener",
                                "routes belong to listeners with http");
            }
            checkDatagrams(from, reference, to, problems);
            return;
        }
        if (before.find(reference.to()).isPresent()) {
            problems.in(reference.to())
                    .reject("IN_USE", "is in use by " + from.key() + ": " + reference.field());
            return;
        }
        String what = reference.to().kind().singular();
        problems.in(from.key())
                .at(reference.field())
                .reject(
                        MISSING_REFERENCE,
                        what + " \"" + reference.to().name() + "\" does not exist",
                        DidYouMean.hint(
                                reference.to().name(), named(reference.to().kind()).keySet()));
    }

    private static void checkDatagrams(
            Resource from, Reference reference, Resource to, Problems problems) {
        boolean datagrams = from.kind() == Kind.LISTENER && from.listener().hasUdp();
        if (datagrams
                && to.kind() == Kind.CLUSTER
                && to.cluster().getProxyProtocol() == ProxyVersion.PROXY_VERSION_V1) {
            problems.in(from.key())
                    .at(reference.field())
                    .reject(
                            "CONFLICT",
                            to.key() + " has proxyProtocol v1, which knows no UDP",
                            "give the cluster proxyProtocol: v2");
        }
    }

    private SortedMap<String, Resource> named(Kind kind) {
        return byKind.getOrDefault(kind, Collections.emptySortedMap());
    }
}
