package io.sluice.controlplane.fleet;

import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** All nodes at one moment, sorted by name. Immutable; any thread. */
public final class FleetView {
    /** A fleet without nodes. */
    public static final FleetView EMPTY = new FleetView(List.of(), 0);

    private final List<NodeView> nodes;
    private final long revision;

    /**
     * @param nodes sorted by name, each name once; not modified afterwards
     * @param revision the newest revision that the rollout loop has taken into account
     */
    public FleetView(List<NodeView> nodes, long revision) {
        this.nodes = Collections.unmodifiableList(nodes);
        this.revision = revision;
    }

    /** All nodes, the ones that are gone included, by name. */
    public List<NodeView> nodes() {
        return nodes;
    }

    /** The newest revision that the rollout loop has taken into account. */
    public long revision() {
        return revision;
    }

    /** The node of that name, connected or gone. */
    public Optional<NodeView> node(String name) {
        int low = 0;
        int high = nodes.size() - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            NodeView node = nodes.get(middle);
            int order = node.name().compareTo(name);
            if (order == 0) {
                return Optional.of(node);
            }
            if (order < 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return Optional.empty();
    }

    /** How far a revision has come among the connected nodes. */
    public Activation activation(long ofRevision) {
        int connected = 0;
        int active = 0;
        int rejected = 0;
        for (NodeView node : nodes) {
            if (node.connected()) {
                connected++;
                active += node.isActive(ofRevision) ? 1 : 0;
                rejected += node.isRejected(ofRevision) ? 1 : 0;
            }
        }
        return new Activation(ofRevision, connected, active, rejected);
    }
}
