package io.sluice.controlplane.fleet;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/** Tells what happened to a node from how it was and how it is. */
public final class FleetEvents {
    private FleetEvents() {}

    /**
     * What happened, in a sensible order.
     *
     * @param before null if the node was not known
     * @param goneReason why its stream ended, if it did
     */
    public static List<FleetEvent> between(
            @Nullable NodeView before, NodeView after, String goneReason) {
        List<FleetEvent> events = new ArrayList<>(2);
        boolean wasConnected = before != null && before.connected();
        if (wasConnected && !after.connected()) {
            events.add(new FleetEvent.NodeGone(after, goneReason));
            return events;
        }
        if (!after.connected()) {
            return events;
        }
        if (before == null || !wasConnected || !before.bootId().equals(after.bootId())) {
            events.add(new FleetEvent.NodeConnected(after));
        }
        addConfiguration(wasConnected ? before : null, after, events);
        addDrain(wasConnected ? before : null, after, events);
        if (before == null
                ? !after.endpoints().isEmpty()
                : !before.endpoints().equals(after.endpoints())) {
            events.add(new FleetEvent.EndpointsChanged(after));
        }
        return events;
    }

    private static void addConfiguration(
            @Nullable NodeView before, NodeView after, List<FleetEvent> events) {
        int eventsBefore = events.size();
        long activeBefore = before == null ? 0 : before.activeRevision();
        if (after.activeRevision() != activeBefore && after.activeRevision() != 0) {
            events.add(new FleetEvent.NodeActive(after, after.activeRevision()));
        }
        long rejectedBefore = before == null ? 0 : before.rejectedRevision();
        if (after.rejectedRevision() != rejectedBefore && after.rejectedRevision() != 0) {
            events.add(new FleetEvent.NodeRejected(after, after.rejectedRevision()));
        }
        List<ReportedProblem> problemsBefore = before == null ? List.of() : before.problems();
        if (events.size() == eventsBefore && !after.problems().equals(problemsBefore)) {
            events.add(new FleetEvent.NodeProblems(after));
        }
    }

    private static void addDrain(
            @Nullable NodeView before, NodeView after, List<FleetEvent> events) {
        boolean wasDraining = before != null && before.state() == NodeState.DRAINING;
        boolean isDraining = after.state() == NodeState.DRAINING;
        if (isDraining && !wasDraining) {
            events.add(new FleetEvent.NodeDraining(after));
        }
        if (after.drained() && (before == null || !before.drained())) {
            events.add(new FleetEvent.NodeDrained(after));
        }
        if (wasDraining && !isDraining) {
            events.add(new FleetEvent.NodeUndrained(after));
        }
    }
}
