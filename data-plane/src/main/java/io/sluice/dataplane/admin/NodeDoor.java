package io.sluice.dataplane.admin;

import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * What the admin server may see of the node and ask of it. Safe on any thread; nothing here blocks.
 */
public interface NodeDoor {
    /** Why no traffic should be sent here, in words; empty means ready. */
    List<String> reasonsNotReady();

    /** The metrics as Prometheus text, just collected. */
    CompletionStage<String> metrics();

    /** What the node serves, as JSON without secrets. */
    CompletionStage<String> config();

    /** Drains or takes it back; returns how that stands. */
    DrainStatus wish(boolean draining);

    /**
     * How a drain stands.
     *
     * @param drained nothing is in flight any more
     * @param connections still open
     */
    record DrainStatus(boolean draining, boolean drained, long connections) {}
}
