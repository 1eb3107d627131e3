package io.sluice.controlplane.snapshot;

import io.sluice.proto.resource.Resource;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The snapshots of all node groups at one revision, each made when first asked for. Belongs to the
 * rollout loop.
 */
public final class Snapshots {
    private final long epoch;
    private final long revision;
    private final Map<String, ResourceEntries> listeners;
    private final Map<String, ResourceEntries> routes;
    private final Map<String, ResourceEntries> clusters;
    private final Map<String, ResourceEntries> certificates;
    private final boolean quick;
    private final Map<NodeGroup, GroupSnapshot> made = new HashMap<>();
    private final Map<Map<String, String>, NodeGroup> groups = new HashMap<>();
    private final Map<NodeGroup, GroupSnapshot> earlier;
    private final Map<NodeGroup, Map<Resource, SnapshotEntry>> narrowed = new HashMap<>();
    private final Map<NodeGroup, Map<Resource, SnapshotEntry>> earlierNarrowed;

    Snapshots(
            long epoch,
            long revision,
            Map<String, ResourceEntries> listeners,
            Map<String, ResourceEntries> routes,
            Map<String, ResourceEntries> clusters,
            Map<String, ResourceEntries> certificates,
            boolean quick,
            @Nullable Snapshots previous) {
        this.epoch = epoch;
        this.revision = revision;
        this.listeners = listeners;
        this.routes = routes;
        this.clusters = clusters;
        this.certificates = certificates;
        this.quick = quick;
        this.earlier = previous == null ? Map.of() : previous.made;
        this.earlierNarrowed = previous == null ? Map.of() : previous.narrowed;
    }

    /** The store's epoch. */
    public long epoch() {
        return epoch;
    }

    /** The revision; 0 while nothing was ever stored. */
    public long revision() {
        return revision;
    }

    /**
     * Whether nothing but weights and endpoints differ from the snapshots that this was built upon.
     */
    public boolean differOnlyQuickly() {
        return quick;
    }

    /** The group of a node with these labels. */
    public NodeGroup groupOf(Map<String, String> labels) {
        return groups.computeIfAbsent(labels, this::select);
    }

    /** What the nodes of a group should serve. */
    public GroupSnapshot of(NodeGroup group) {
        return made.computeIfAbsent(group, this::make);
    }

    Map<String, ResourceEntries> listeners() {
        return listeners;
    }

    Map<String, ResourceEntries> routes() {
        return routes;
    }

    Map<String, ResourceEntries> clusters() {
        return clusters;
    }

    Map<String, ResourceEntries> certificates() {
        return certificates;
    }

    private NodeGroup select(Map<String, String> labels) {
        Set<String> selected = new TreeSet<>();
        for (ResourceEntries listener : listeners.values()) {
            Map<String, String> selector = listener.resource().listener().getNodeSelectorMap();
            if (labels.entrySet().containsAll(selector.entrySet())) {
                selected.add(listener.resource().name());
            }
        }
        return NodeGroup.of(selected);
    }

    private GroupSnapshot make(NodeGroup group) {
        GroupSnapshot before = earlier.get(group);
        SnapshotEntry[] entries = entries(group, before);
        return before != null && before.consistsOf(entries)
                ? before.at(epoch, revision)
                : GroupSnapshot.of(epoch, revision, entries);
    }

    /** Added kind by kind, each by name, so that sorting has next to nothing to do. */
    private SnapshotEntry[] entries(NodeGroup group, @Nullable GroupSnapshot before) {
        List<ResourceEntries> reachedListeners = reachedListeners(group);
        List<ResourceEntries> reachedRoutes = reachedRoutes(group);
        List<ResourceEntries> reachedClusters = reachedClusters(reachedListeners, reachedRoutes);

        List<SnapshotEntry> entries = new ArrayList<>(before == null ? 16 : before.size() + 16);
        usedCertificates(reachedListeners).forEach(used -> entries.add(used.body()));
        reachedClusters.forEach(cluster -> entries.add(cluster.body()));
        reachedClusters.forEach(cluster -> entries.addAll(cluster.quick()));
        reachedListeners.forEach(listener -> entries.add(listener.body()));
        reachedRoutes.forEach(route -> entries.add(routeBody(route, group)));
        reachedListeners.forEach(listener -> entries.addAll(listener.quick()));
        reachedRoutes.forEach(route -> entries.addAll(route.quick()));
        SnapshotEntry[] sorted = entries.toArray(SnapshotEntry[]::new);
        Arrays.sort(sorted);
        return sorted;
    }

    private List<ResourceEntries> reachedListeners(NodeGroup group) {
        List<ResourceEntries> reached = new ArrayList<>();
        for (String name : group.listeners()) {
            ResourceEntries listener = listeners.get(name);
            if (listener != null) {
                reached.add(listener);
            }
        }
        return reached;
    }

    private List<ResourceEntries> reachedRoutes(NodeGroup group) {
        List<ResourceEntries> reached = new ArrayList<>();
        for (ResourceEntries route : routes.values()) {
            for (String listener : route.resource().route().getListenersList()) {
                if (group.listeners().contains(listener)) {
                    reached.add(route);
                    break;
                }
            }
        }
        return reached;
    }

    private List<ResourceEntries> reachedClusters(
            List<ResourceEntries> reachedListeners, List<ResourceEntries> reachedRoutes) {
        Set<String> names = new HashSet<>();
        reachedListeners.forEach(listener -> names.addAll(listener.clusters()));
        reachedRoutes.forEach(route -> names.addAll(route.clusters()));
        List<ResourceEntries> reached = new ArrayList<>(names.size());
        for (ResourceEntries cluster : clusters.values()) {
            if (names.contains(cluster.resource().name())) {
                reached.add(cluster);
            }
        }
        return reached;
    }

    /** With their keys, so only where a listener uses them. */
    private List<ResourceEntries> usedCertificates(List<ResourceEntries> reachedListeners) {
        Set<String> names = new TreeSet<>();
        for (ResourceEntries listener : reachedListeners) {
            names.addAll(listener.resource().listener().getTls().getCertificatesList());
        }
        List<ResourceEntries> used = new ArrayList<>(names.size());
        for (String name : names) {
            ResourceEntries certificate = certificates.get(name);
            if (certificate != null) {
                used.add(certificate);
            }
        }
        return used;
    }

    /** A route that also names listeners of other groups goes out without these. */
    private SnapshotEntry routeBody(ResourceEntries route, NodeGroup group) {
        Resource resource = route.resource();
        if (group.listeners().containsAll(resource.route().getListenersList())) {
            return route.body();
        }
        SnapshotEntry before = earlierNarrowed.getOrDefault(group, Map.of()).get(resource);
        SnapshotEntry body =
                before != null ? before : EntryCompiler.routeOn(resource, group.listeners());
        narrowed.computeIfAbsent(group, any -> new IdentityHashMap<>()).put(resource, body);
        return body;
    }
}
