package io.sluice.controlplane.fleet;

import java.util.List;

/** Where nodes can be asked about their present. */
@FunctionalInterface
public interface NodeQuestions {
    /**
     * Asks nodes and waits, a few seconds at most, for those that answer; blocks, on a worker only.
     *
     * @return the answers that came in time, in no order
     */
    List<NodeAnswer> ask(List<String> nodes, NodeQuestion question);
}
