package io.sluice.controlplane.rollout;

import io.sluice.controlplane.fleet.Fleet;
import io.sluice.controlplane.fleet.FleetEvent;
import io.sluice.controlplane.fleet.FleetEvents;
import io.sluice.controlplane.fleet.FleetView;
import io.sluice.controlplane.fleet.NodeView;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The records of all nodes, and their publication as a view. Belongs to the rollout loop. */
final class NodeRegistry {
    /** How long a node that is gone is remembered. */
    static final Duration GONE_KEPT_MAX = Duration.ofHours(24);

    /** How many nodes that are gone are remembered. */
    static final int GONE_NODES_MAX = 10_000;

    private final Map<String, NodeRecord> byName = new TreeMap<>();
    private final IdentityHashMap<NodeLink, NodeRecord> byLink = new IdentityHashMap<>();
    private boolean changed;

    @Nullable NodeRecord get(String name) {
        return byName.get(name);
    }

    @Nullable NodeRecord get(NodeLink link) {
        return byLink.get(link);
    }

    Collection<NodeRecord> all() {
        return byName.values();
    }

    Collection<NodeRecord> connected() {
        return byLink.values();
    }

    NodeRecord arrived(NodeHello hello, NodeLink link, NodeRollout rollout, Instant now) {
        NodeRecord known = byName.get(hello.node());
        if (known == null) {
            known = new NodeRecord(hello, link, rollout, now);
            byName.put(hello.node(), known);
        } else {
            if (known.link != null) {
                byLink.remove(known.link);
            }
            known.returned(hello, link, rollout, now);
        }
        byLink.put(link, known);
        return known;
    }

    /** Null if the stream was never let in, or was replaced. */
    @Nullable NodeRecord left(NodeLink link, String reason, Instant now) {
        NodeRecord record = byLink.remove(link);
        if (record != null) {
            record.left(reason, now);
        }
        return record;
    }

    /** Forgets nodes that are gone for too long, or too many. */
    void forgetOldest(Instant now) {
        List<NodeRecord> gone = new ArrayList<>();
        for (NodeRecord record : byName.values()) {
            if (record.link == null) {
                gone.add(record);
            }
        }
        gone.sort(Comparator.comparing((NodeRecord record) -> record.lastSeen).reversed());
        Instant oldest = now.minus(GONE_KEPT_MAX);
        for (int i = 0; i < gone.size(); i++) {
            if (i >= GONE_NODES_MAX || gone.get(i).lastSeen.isBefore(oldest)) {
                byName.remove(gone.get(i).hello.node());
                changed = true;
            }
        }
    }

    /** Makes visible what changed since the last time, if anything did. */
    void publish(Fleet fleet, long revision) {
        List<FleetEvent> events = new ArrayList<>();
        for (NodeRecord record : byName.values()) {
            if (record.dirty) {
                NodeView view = record.view();
                events.addAll(FleetEvents.between(record.published, view, record.goneReason));
                record.published = view;
                record.dirty = false;
                changed = true;
            }
        }
        if (changed || revision != fleet.view().revision()) {
            fleet.publish(new FleetView(views(), revision), events);
            changed = false;
        }
    }

    /** Makes the times of the last signs of life visible with the next publication. */
    void refreshLastSeen() {
        for (NodeRecord record : byLink.values()) {
            NodeView published = record.published;
            if (published != null && !published.lastSeen().equals(record.lastSeen)) {
                record.dirty = true;
            }
        }
    }

    private List<NodeView> views() {
        List<NodeView> views = new ArrayList<>(byName.size());
        for (NodeRecord record : byName.values()) {
            if (record.published != null) {
                views.add(record.published);
            }
        }
        return views;
    }
}
