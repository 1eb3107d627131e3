package io.sluice.controlplane.rollout;

import io.sluice.controlplane.fleet.Fleet;
import io.sluice.controlplane.fleet.NodeState;
import io.sluice.controlplane.fleet.NodeView;
import io.sluice.controlplane.rollout.NodeLink.CutReason;
import io.sluice.controlplane.rollout.RolloutEngine.Step;
import io.sluice.controlplane.rollout.RolloutState.Held;
import io.sluice.controlplane.rollout.RolloutState.Offered;
import io.sluice.controlplane.rollout.RolloutState.Rejected;
import io.sluice.controlplane.snapshot.DesiredState;
import io.sluice.controlplane.snapshot.SnapshotBuilder;
import io.sluice.controlplane.snapshot.Snapshots;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** What the rollout loop does with an event. Belongs to its thread. */
final class Rollout {
    private static final Logger log = LoggerFactory.getLogger(Rollout.class);

    /** A node that has not answered an offer for so long is cut; it comes back and says Hello. */
    static final long ANSWER_NANOS_MAX = TimeUnit.MINUTES.toNanos(2);

    private final Supplier<DesiredState> store;
    private final Fleet fleet;
    private final InstantSource clock;
    private final LongSupplier nanoTime;
    private final RolloutMetrics metrics;
    private final NodeRegistry nodes = new NodeRegistry();
    private final Coalescer coalescer = new Coalescer();
    private final Assignments assignments;
    private final RolloutEngine engine;

    private final DrainWishWriter drainWishes;
    private DesiredState desired;
    private Snapshots newest;
    private long oldestPendingNanos;

    Rollout(
            Supplier<DesiredState> store,
            Fleet fleet,
            InstantSource clock,
            LongSupplier nanoTime,
            RolloutMetrics metrics,
            Consumer<RolloutEvent> loop) {
        this.store = store;
        this.fleet = fleet;
        this.clock = clock;
        this.nanoTime = nanoTime;
        this.metrics = metrics;
        this.drainWishes = new DrainWishWriter(fleet, loop);
        this.desired = store.get();
        this.newest = SnapshotBuilder.build(desired, null);
        this.assignments = new Assignments(newest);
        this.engine = new RolloutEngine(assignments);
    }

    void handle(RolloutEvent event) {
        switch (event) {
            case RolloutEvent.StoreChanged _ -> storeChanged();
            case RolloutEvent.NodeArrived arrived -> arrived(arrived.link(), arrived.hello());
            case RolloutEvent.NodeLeft left -> left(left.link(), left.reason());
            case RolloutEvent.OfferAcknowledged ack -> acknowledged(ack);
            case RolloutEvent.OfferRefused refusal -> refused(refusal);
            case RolloutEvent.DrainStated stated -> drainStated(stated);
            case RolloutEvent.DrainWishWritten written -> drainWishWritten(written);
            case RolloutEvent.NodeReported reported -> reported(reported);
            case RolloutEvent.Shutdown _ -> {}
        }
    }

    /** Nanoseconds until {@link #publish} has something to do by itself. */
    long waitNanos() {
        return coalescer.waitNanos(nanoTime.getAsLong());
    }

    /** Sends what a burst held back, if it is due, and makes everything visible. */
    void publish() {
        long now = nanoTime.getAsLong();
        if (coalescer.due(now)) {
            assignNewest(now);
        }
        nodes.publish(fleet, assignments.published().revision());
    }

    /** Once per second. */
    void tick() {
        nodes.refreshLastSeen();
        nodes.forgetOldest(clock.instant());
        nodes.all().forEach(drainWishes::retry);
        long now = nanoTime.getAsLong();
        for (NodeRecord node : List.copyOf(nodes.connected())) {
            if (node.rollout.state() instanceof Offered
                    && now - node.offeredAtNanos > ANSWER_NANOS_MAX) {
                log.warn("event=offer_unanswered node={}", node.hello.node());
                cut(node, CutReason.NO_ANSWER, "an offer was not answered in time");
            }
        }
        countNodes();
    }

    /** Ends every stream. */
    void close() {
        for (NodeRecord node : List.copyOf(nodes.connected())) {
            cut(node, CutReason.SHUTDOWN, "the control plane ends");
        }
        nodes.publish(fleet, assignments.published().revision());
        drainWishes.close();
    }

    private void storeChanged() {
        DesiredState state = store.get();
        if (state.epoch() != desired.epoch() || state.revision() != desired.revision()) {
            long now = nanoTime.getAsLong();
            if (assignments.published() == newest) {
                oldestPendingNanos = now;
            }
            newest = SnapshotBuilder.build(state, newest);
            if (coalescer.changed(now, newest.differOnlyQuickly())) {
                assignNewest(now);
            }
        }
        boolean drainsChanged = !state.drainedNodes().equals(desired.drainedNodes());
        desired = state;
        if (drainsChanged) {
            nodes.all().forEach(this::reconcileDrain);
        }
    }

    private void assignNewest(long now) {
        assignments.publish(newest);
        coalescer.published(now);
        for (NodeRecord node : nodes.connected()) {
            node.wantedSinceNanos = oldestPendingNanos;
            assign(node);
        }
        long tookNanos = nanoTime.getAsLong() - now;
        metrics.built(tookNanos);
        log.info(
                "event=revision_assigned epoch={} revision={} nodes={} tookMicros={}",
                newest.epoch(),
                newest.revision(),
                nodes.connected().size(),
                tookNanos / 1_000);
    }

    private void arrived(NodeLink link, NodeHello hello) {
        NodeRecord known = nodes.get(hello.node());
        if (known != null && known.link != null) {
            if (!known.hello.bootId().equals(hello.bootId())) {
                refuseSecond(link, hello, known);
                return;
            }
            known.link.cut(CutReason.REPLACED, "the node opened another stream");
        }
        NodeRollout rollout =
                NodeRollout.arrived(
                        hello.active().orElse(NodeRollout.NOTHING),
                        hello.suspect(),
                        hello.features(),
                        hello.problems());
        if (rollout.has().epoch() == assignments.published().epoch()) {
            rollout = rollout.serving(rollout.has().revision());
        }
        NodeRecord node = nodes.arrived(hello, link, rollout, clock.instant());
        node.wantedSinceNanos = nanoTime.getAsLong();
        node.drainWanted = desired.drainedNodes().contains(hello.node());
        log.info(
                "event=node_connected node={} address={} softwareVersion={} active={}",
                hello.node(),
                hello.address(),
                hello.softwareVersion(),
                rollout.has());
        // Visible before it hears anything: what it does next may come by another door.
        publish();
        node.drain = hello.drain().orElse(DrainStatement.NONE);
        node.dirty = true;
        boolean wishSettled = takeDrainWish(node, node.drain);
        link.welcome(node.drainExpected());
        if (wishSettled) {
            link.drain(node.drainWanted);
        }
        assign(node);
        alarmIfAhead(node);
        link.handled();
    }

    private void refuseSecond(NodeLink link, NodeHello hello, NodeRecord known) {
        log.warn(
                "event=node_refused reason=NAME_TAKEN node={} address={} connected={}",
                hello.node(),
                hello.address(),
                known.hello.address());
        link.cut(
                CutReason.NAME_TAKEN,
                "a node named \""
                        + hello.node()
                        + "\" is connected from "
                        + known.hello.address()
                        + "; give this one another --name");
    }

    private void alarmIfAhead(NodeRecord node) {
        if (node.rollout.state() instanceof Held held && held.reason() == HoldReason.NODE_AHEAD) {
            metrics.nodeAhead();
            log.error(
                    "event=node_ahead node={} active={} store={}.{}",
                    node.hello.node(),
                    node.rollout.has(),
                    desired.epoch(),
                    desired.revision());
        }
    }

    private void left(NodeLink link, String reason) {
        NodeRecord node = nodes.left(link, reason, clock.instant());
        if (node != null) {
            log.info("event=node_gone node={} reason=\"{}\"", node.hello.node(), reason);
        }
    }

    private void acknowledged(RolloutEvent.OfferAcknowledged ack) {
        metrics.acknowledged(ack.phase());
        NodeRecord node = seen(ack.link());
        if (node != null) {
            boolean waited = node.rollout.state() instanceof Offered;
            take(
                    node,
                    engine.acknowledged(node.rollout, ack.offerId(), ack.phase(), ack.problems()));
            if (waited && !(node.rollout.state() instanceof Offered)) {
                metrics.active(nanoTime.getAsLong() - node.wantedSinceNanos);
                assign(node);
            }
        }
        ack.link().handled();
    }

    private void refused(RolloutEvent.OfferRefused refusal) {
        metrics.refused(refusal.reason());
        NodeRecord node = seen(refusal.link());
        if (node != null) {
            log.warn(
                    "event=offer_refused node={} offer={} reason={} problems={}",
                    node.hello.node(),
                    refusal.offerId(),
                    refusal.reason(),
                    refusal.problems());
            take(
                    node,
                    engine.refused(
                            node.rollout, refusal.offerId(), refusal.reason(), refusal.problems()));
            if (node.rollout.state() instanceof Rejected) {
                assign(node);
            }
        }
        refusal.link().handled();
    }

    private void drainStated(RolloutEvent.DrainStated stated) {
        NodeRecord node = seen(stated.link());
        if (node != null) {
            node.drain = stated.statement();
            node.dirty = true;
            if (takeDrainWish(node, stated.statement())) {
                stated.link().drain(node.drainWanted);
            }
        }
        stated.link().handled();
    }

    /**
     * Begins to store what a node's operator asked for at its own door; the later wish wins. The
     * node keeps its wish until it is told what the store says, so that no crash on the way loses
     * it.
     *
     * @return whether the node asked and can be told at once, as nothing is to be stored
     */
    private boolean takeDrainWish(NodeRecord node, DrainStatement wish) {
        if (!wish.requestedHere()) {
            return false;
        }
        DrainStatement underWay = node.drainWish;
        if (underWay == null) {
            boolean settled =
                    wish.draining() == node.drainWanted
                            || !wish.since().isAfter(node.drainWantedSince);
            if (settled) {
                return true;
            }
        } else if (!wish.since().isAfter(underWay.since())) {
            return false;
        }
        drainWishes.write(node, wish);
        return false;
    }

    private void drainWishWritten(RolloutEvent.DrainWishWritten written) {
        // The store told of its change before this event, or there was none.
        NodeRecord node = nodes.get(written.node());
        if (node == null || !written.wish().equals(node.drainWish)) {
            return;
        }
        node.drainWishRefused = !written.stored();
        if (node.drainWishRefused) {
            return; // the next tick tries again
        }
        node.drainWish = null;
        node.drainWantedSince = written.wish().since();
        if (node.link != null) {
            node.link.drain(node.drainWanted);
        }
    }

    private void reported(RolloutEvent.NodeReported reported) {
        NodeRecord node = nodes.get(reported.node());
        if (node == null || !node.hello.bootId().equals(reported.bootId())) {
            return;
        }
        node.lastSeen = clock.instant();
        if (reported.endpoints().isPresent()
                && !reported.endpoints().get().equals(node.endpoints)) {
            node.endpoints = reported.endpoints().get();
            node.dirty = true;
        }
    }

    private void reconcileDrain(NodeRecord node) {
        boolean wanted = desired.drainedNodes().contains(node.hello.node());
        if (wanted == node.drainWanted) {
            return;
        }
        node.drainWanted = wanted;
        node.drainWantedSince = clock.instant();
        node.dirty = true;
        if (node.link != null && node.drainWish == null) {
            node.link.drain(wanted);
        }
    }

    private @Nullable NodeRecord seen(NodeLink link) {
        NodeRecord node = nodes.get(link);
        if (node != null) {
            node.lastSeen = clock.instant();
        }
        return node;
    }

    private void assign(NodeRecord node) {
        Assignment assignment = assignments.of(node.hello.node(), node.hello.labels());
        take(node, engine.assign(node.rollout, assignment));
    }

    private void take(NodeRecord node, Step step) {
        node.dirty |= !step.node().equals(node.rollout);
        node.rollout = step.node();
        if (step.send() != null && node.link != null) {
            node.offeredAtNanos = nanoTime.getAsLong();
            metrics.offered(step.send());
            node.link.offer(node.rollout.lastOfferId(), step.send());
        }
    }

    private void cut(NodeRecord node, CutReason reason, String message) {
        NodeLink link = node.link;
        if (link != null) {
            left(link, message);
            link.cut(reason, message);
        }
    }

    private void countNodes() {
        int draining = 0;
        int gone = 0;
        for (NodeView node : fleet.view().nodes()) {
            draining += node.state() == NodeState.DRAINING ? 1 : 0;
            gone += node.state() == NodeState.GONE ? 1 : 0;
        }
        metrics.nodes(fleet.view().nodes().size() - draining - gone, draining, gone);
    }
}
