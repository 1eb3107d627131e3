package io.sluice.controlplane.fleet;

/** Something that happened to one node. {@link #node} is the node after it. Immutable. */
public sealed interface FleetEvent {
    /** The node after what happened. */
    NodeView node();

    /** Its stream was opened. */
    record NodeConnected(NodeView node) implements FleetEvent {}

    /** Its stream ended. */
    record NodeGone(NodeView node, String reason) implements FleetEvent {}

    /** It serves a newer revision; {@code node.problems()} says what it cannot serve of it. */
    record NodeActive(NodeView node, long revision) implements FleetEvent {}

    /** It refused a revision, or the revision is held back from it. */
    record NodeRejected(NodeView node, long revision) implements FleetEvent {}

    /** Its problems changed while the revision stayed. */
    record NodeProblems(NodeView node) implements FleetEvent {}

    /** It began to drain. */
    record NodeDraining(NodeView node) implements FleetEvent {}

    /** Nothing is in flight on it any more. */
    record NodeDrained(NodeView node) implements FleetEvent {}

    /** It takes connections again. */
    record NodeUndrained(NodeView node) implements FleetEvent {}

    /** The health of some of its endpoints changed. */
    record EndpointsChanged(NodeView node) implements FleetEvent {}
}
