package io.sluice.dataplane.listener;

import java.util.List;

/**
 * What a snapshot changes about the listeners: its new sockets are bound, but accept nothing yet.
 */
public final class ListenersChange {
    private final List<Binding> bindings;
    private final List<BoundSocket> fresh;

    ListenersChange(List<Binding> bindings, List<BoundSocket> fresh) {
        this.bindings = List.copyOf(bindings);
        this.fresh = List.copyOf(fresh);
    }

    /** All listeners of the new snapshot. */
    public List<ListenerSpec> specs() {
        return bindings.stream().map(binding -> binding.spec).distinct().toList();
    }

    List<Binding> bindings() {
        return bindings;
    }

    /** Those bound for this change. */
    List<BoundSocket> fresh() {
        return fresh;
    }
}
