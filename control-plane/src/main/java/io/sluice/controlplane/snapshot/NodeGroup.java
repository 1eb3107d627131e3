package io.sluice.controlplane.snapshot;

import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The nodes that serve the same listeners, and so the same snapshot. Immutable, compared by value.
 *
 * @param listeners names of the listeners whose selectors match
 */
public record NodeGroup(SortedSet<String> listeners) {
    /** Copies the names. */
    public NodeGroup {
        listeners = java.util.Collections.unmodifiableSortedSet(new TreeSet<>(listeners));
    }

    static NodeGroup of(Set<String> listeners) {
        return new NodeGroup(new TreeSet<>(listeners));
    }
}
