package io.sluice.controlplane.rollout;

import io.sluice.controlplane.fleet.EndpointHealthView;
import io.sluice.controlplane.fleet.NodeState;
import io.sluice.controlplane.fleet.NodeView;
import io.sluice.controlplane.fleet.ReportedProblem;
import io.sluice.controlplane.rollout.RolloutState.Held;
import io.sluice.controlplane.rollout.RolloutState.Rejected;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** One node as the rollout loop keeps it, connected or gone. Belongs to the loop. */
final class NodeRecord {
    NodeHello hello;
    @Nullable NodeLink link;
    NodeRollout rollout;
    DrainStatement drain = DrainStatement.NONE;

    /** What the store says. */
    boolean drainWanted;

    Instant drainWantedSince = Instant.EPOCH;

    /** What the node asked for and the store does not have yet; null as a rule. */
    @Nullable DrainStatement drainWish;

    /** Whether the store refused {@link #drainWish}, which is to be tried again. */
    boolean drainWishRefused;

    Instant connectedSince;
    Instant lastSeen;
    String goneReason = "";
    List<EndpointHealthView> endpoints = List.of();

    /** When the wanted revision began to be wanted of this node. */
    long wantedSinceNanos;

    /** When the offer under way was sent. */
    long offeredAtNanos;

    /** What was published last; null before the first time. */
    @Nullable NodeView published;

    /** Whether anything but {@link #lastSeen} differs from what was published. */
    boolean dirty = true;

    NodeRecord(NodeHello hello, NodeLink link, NodeRollout rollout, Instant now) {
        this.hello = hello;
        this.link = link;
        this.rollout = rollout;
        this.connectedSince = now;
        this.lastSeen = now;
    }

    /** The node's process opened a stream after one that ended. */
    void returned(NodeHello newHello, NodeLink newLink, NodeRollout newRollout, Instant now) {
        boolean sameProcess = hello.bootId().equals(newHello.bootId());
        hello = newHello;
        link = newLink;
        rollout = newRollout;
        connectedSince = now;
        lastSeen = now;
        goneReason = "";
        drain = DrainStatement.NONE;
        if (!sameProcess) {
            endpoints = List.of();
        }
        dirty = true;
    }

    void left(String reason, Instant now) {
        link = null;
        lastSeen = now;
        goneReason = reason;
        dirty = true;
    }

    NodeView view() {
        boolean connected = link != null;
        return new NodeView(
                hello.node(),
                hello.bootId(),
                hello.labels(),
                hello.address(),
                hello.adminAddress(),
                hello.softwareVersion(),
                state(connected),
                drainWanted,
                drain.drained(),
                drain.connections(),
                rollout.wantedRevision(),
                rollout.activeRevision(),
                rejectedRevision(),
                problems(),
                connectedSince,
                lastSeen,
                endpoints);
    }

    /** Whether it will be wanted drained once what is under way is stored. */
    boolean drainExpected() {
        return drainWish == null ? drainWanted : drainWish.draining();
    }

    private NodeState state(boolean connected) {
        if (!connected) {
            return NodeState.GONE;
        }
        return drainWanted || drain.draining() ? NodeState.DRAINING : NodeState.CONNECTED;
    }

    private long rejectedRevision() {
        return switch (rollout.state()) {
            case Rejected _, Held _ -> rollout.wantedRevision();
            case RolloutState.Settled _, RolloutState.Offered _, RolloutState.Validated _ -> 0;
        };
    }

    private List<ReportedProblem> problems() {
        List<ReportedProblem> more =
                switch (rollout.state()) {
                    case Rejected rejected -> rejected.problems();
                    case Held held -> List.of(held.reason().problem());
                    case RolloutState.Settled _, RolloutState.Offered _, RolloutState.Validated _ ->
                            List.of();
                };
        if (more.isEmpty()) {
            return rollout.activeProblems();
        }
        List<ReportedProblem> all = new ArrayList<>(rollout.activeProblems());
        all.addAll(more);
        return List.copyOf(all);
    }
}
