package io.sluice.controlplane.snapshot;

import java.util.Locale;

/** The kinds of entries, in the order in which their texts sort. */
enum EntryKind {
    CERTIFICATE,
    CLUSTER,
    ENDPOINTS,
    LISTENER,
    ROUTE,
    WEIGHTS;

    private final String text = name().toLowerCase(Locale.ROOT);

    /** As on the wire. */
    String text() {
        return text;
    }

    /** Whether a change of such an entry does not wait for a burst to end. */
    boolean isQuick() {
        return this == ENDPOINTS || this == WEIGHTS;
    }
}
