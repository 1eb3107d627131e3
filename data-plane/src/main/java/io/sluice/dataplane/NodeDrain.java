package io.sluice.dataplane;

import io.sluice.dataplane.discovery.DrainControl;
import io.sluice.dataplane.listener.Listeners;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * Whether the node drains, and who wished it: the control plane, the admin door, or a signal. The
 * later wish wins. Safe on any thread.
 */
final class NodeDrain implements DrainControl {
    private static final Logger LOG = LoggerFactory.getLogger(NodeDrain.class);

    /** Who wished it last. */
    private enum Origin {
        CONTROL_PLANE,
        ADMIN_DOOR,
        STOP
    }

    private final Listeners listeners;
    private final Duration delay;
    private final Duration time;
    private final InstantSource clock;
    private final Executor configThread;
    private volatile Consumer<Status> onChange = status -> {};
    private Status status;
    private boolean stopping;
    private long drains;
    private CompletableFuture<Void> drained = CompletableFuture.completedFuture(null);
    private CompletableFuture<Void> undrained = CompletableFuture.completedFuture(null);

    /**
     * @param configThread writes the ready file when listeners are bound again
     */
    NodeDrain(
            Listeners listeners,
            Duration delay,
            Duration time,
            InstantSource clock,
            Executor configThread) {
        this.listeners = listeners;
        this.delay = delay;
        this.time = time;
        this.clock = clock;
        this.configThread = configThread;
        this.status = new Status(false, false, 0, clock.instant(), false);
    }

    /** Calls back, on any thread, whenever how it stands has changed. */
    void onChange(Consumer<Status> listener) {
        onChange = listener;
    }

    @Override
    public synchronized Status status() {
        return new Status(
                status.draining(),
                status.drained(),
                listeners.connections(),
                status.since(),
                status.wishedHere());
    }

    @Override
    public void command(boolean draining) {
        change(draining, Origin.CONTROL_PLANE);
    }

    /** A wish from the admin door, which the control plane is to store. */
    Status wishHere(boolean draining) {
        change(draining, Origin.ADMIN_DOOR);
        return status();
    }

    /** Whether the node is on its way back from a drain: its listeners are not bound yet. */
    synchronized boolean undraining() {
        return !undrained.isDone();
    }

    /** Drains because the process ends, which is no wish for the time after. */
    CompletableFuture<Void> stop() {
        change(true, Origin.STOP);
        synchronized (this) {
            return drained;
        }
    }

    private void change(boolean draining, Origin origin) {
        CompletableFuture<Void> done = CompletableFuture.completedFuture(null);
        synchronized (this) {
            if (stopping) {
                return; // nothing brings a process back that is about to end
            }
            stopping = origin == Origin.STOP;
            boolean same = status.draining() == draining;
            status =
                    new Status(
                            draining,
                            same && status.drained(),
                            0,
                            clock.instant(),
                            origin == Origin.ADMIN_DOOR);
            if (!same) {
                LOG.info("event={} wished={}", draining ? "drain" : "undrain", origin);
                begin(draining);
                done = draining ? done : undrained;
            }
        }
        // Who hears that the node is back finds its listeners bound.
        var _ = done.whenComplete((nothing, failure) -> onChange.accept(status()));
    }

    private void begin(boolean draining) {
        if (!draining) {
            // Behind the ready file, which the config thread was told to write by then.
            undrained = listeners.undrain().thenRunAsync(() -> {}, configThread);
            return;
        }
        long drain = ++drains;
        drained = listeners.drain(delay.toNanos(), time.toNanos());
        var _ = drained.whenComplete((nothing, failure) -> finished(drain, failure));
    }

    private void finished(long drain, @Nullable Throwable failure) {
        synchronized (this) {
            if (drain != drains || failure != null || !status.draining()) {
                return;
            }
            status = new Status(true, true, 0, status.since(), status.wishedHere());
        }
        LOG.info("event=drained");
        onChange.accept(status());
    }
}
