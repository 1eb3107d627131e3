package io.sluice.dataplane.listener;

import java.util.List;

/**
 * What a snapshot changes about the listeners: its new sockets are bound, but accept nothing yet.
 */
public final class ListenersChange {
    private final List<ListenerSpec> specs;

    ListenersChange(List<ListenerSpec> specs) {
        this.specs = specs;
    }

    /** All listeners of the new snapshot. */
    public List<ListenerSpec> specs() {
        return specs;
    }
}
