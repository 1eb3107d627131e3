package io.sluice.controlplane.fleet;

import java.util.Locale;

/** Where a node stands, as seen from the control plane. */
public enum NodeState {
    /** Its stream is open. */
    CONNECTED,
    /** Its stream is open, and it is wanted drained or drains by its own wish. */
    DRAINING,
    /** It was connected and is not any more; it may well be serving. */
    GONE;

    /** The word that REST and CLI use. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
