package io.sluice.controlplane.fleet;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * The fleet as it is. Written by the rollout loop, read by anyone: {@link #view} never waits.
 * Listeners are called on the rollout loop, in order, and must not block.
 */
public final class Fleet {
    private static final Logger log = LoggerFactory.getLogger(Fleet.class);

    private final DrainWishes drainWishes;
    private final List<Consumer<FleetEvent>> listeners = new CopyOnWriteArrayList<>();
    private final List<Waiter> waiters = new CopyOnWriteArrayList<>();
    private volatile FleetView view = FleetView.EMPTY;
    private volatile NodeQuestions questions = (nodes, question) -> List.of();

    /** Keeps by name which nodes the operator wants drained; survives restarts. */
    @FunctionalInterface
    public interface DrainWishes {
        /** Stores the wish before it returns. */
        void setDrained(String node, boolean drained);
    }

    /** Ends with {@link #close}; nothing is delivered afterwards. */
    public interface Subscription extends AutoCloseable {
        @Override
        void close();
    }

    /**
     * @param drainWishes where drain wishes are stored; called on the thread that calls {@link
     *     #setDrained}
     */
    public Fleet(DrainWishes drainWishes) {
        this.drainWishes = drainWishes;
    }

    /** Nodes are asked there from now on. */
    public void askedThrough(NodeQuestions door) {
        questions = door;
    }

    /** See {@link NodeQuestions#ask}. */
    public List<NodeAnswer> ask(List<String> nodes, NodeQuestion question) {
        return questions.ask(nodes, question);
    }

    /** The newest state; never waits. */
    public FleetView view() {
        return view;
    }

    /** Delivers what happens from now on, on the rollout loop. */
    public Subscription onChange(Consumer<FleetEvent> listener) {
        // A wrapper of its own, so that the same listener may be subscribed twice.
        Consumer<FleetEvent> subscribed = event -> listener.accept(event);
        listeners.add(subscribed);
        return () -> listeners.remove(subscribed);
    }

    /**
     * Completes once every connected node, and at least so many, has decided on a revision: active
     * or rejected. Has no time limit of its own; cancel it when nobody waits any more.
     */
    public CompletableFuture<Activation> whenSettled(long revision, int nodesMin) {
        Waiter waiter = new Waiter(revision, nodesMin, new CompletableFuture<>());
        waiters.add(waiter);
        var _ = waiter.result().whenComplete((_, _) -> waiters.remove(waiter));
        waiter.check(view);
        return waiter.result();
    }

    /**
     * Stores whether the operator wants a node drained; the rollout loop hears of it from the store
     * and tells the node. Blocks on the store; the node may be away or not even known yet.
     */
    public void setDrained(String node, boolean drained) {
        drainWishes.setDrained(node, drained);
    }

    /** For the rollout loop alone: makes a state visible, then tells what led to it. */
    public void publish(FleetView newest, List<FleetEvent> events) {
        view = newest;
        for (FleetEvent event : events) {
            listeners.forEach(listener -> deliver(listener, event));
        }
        waiters.forEach(waiter -> waiter.check(newest));
    }

    private static void deliver(Consumer<FleetEvent> listener, FleetEvent event) {
        try {
            listener.accept(event);
        } catch (RuntimeException e) {
            // A broken reader must not stop the loop that feeds the fleet.
            log.error("event=fleet_listener_failed", e);
        }
    }

    private record Waiter(long revision, int nodesMin, CompletableFuture<Activation> result) {
        void check(FleetView view) {
            Activation activation = view.activation(revision);
            if (view.revision() >= revision
                    && activation.connected() >= nodesMin
                    && activation.settled()) {
                result.complete(activation);
            }
        }
    }
}
