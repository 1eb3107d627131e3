package io.sluice.dataplane.l7.route;

import java.util.List;

/**
 * A route resource as compiled: what it adds to the tables of its listeners. Immutable; compared by
 * identity, so that a table can be kept while all its routes are.
 */
public final class CompiledRoute {
    private final List<String> listeners;
    private final List<RankedRoute> ranked;

    CompiledRoute(List<String> listeners, List<RankedRoute> ranked) {
        this.listeners = List.copyOf(listeners);
        this.ranked = List.copyOf(ranked);
    }

    /** The names of its listeners. */
    public List<String> listeners() {
        return listeners;
    }

    /** Its matches, in no order of rank. */
    List<RankedRoute> ranked() {
        return ranked;
    }
}
