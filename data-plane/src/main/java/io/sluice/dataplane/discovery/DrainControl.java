package io.sluice.dataplane.discovery;

import java.time.Instant;

/** The node's drain, as the control plane commands it and wants to know it. Safe on any thread. */
public interface DrainControl {
    /** How it stands. */
    Status status();

    /** The control plane's wish, which takes the place of one from here. */
    void command(boolean draining);

    /**
     * How a drain stands.
     *
     * @param drained nothing is in flight any more
     * @param connections still open
     * @param since when it was asked for
     * @param wishedHere asked for at the admin door, and the control plane is still to store that
     */
    record Status(
            boolean draining,
            boolean drained,
            long connections,
            Instant since,
            boolean wishedHere) {}
}
