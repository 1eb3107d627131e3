package io.sluice.controlplane.rollout;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.sluice.controlplane.fleet.Fleet;
import io.sluice.controlplane.snapshot.DesiredState;
import io.sluice.controlplane.storage.ResourceStore;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.InstantSource;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * The one thread that decides what every node gets. Everything else posts events to it and waits
 * for nothing. Lives from {@link #start} to {@link #close}.
 *
 * <p>The queue needs no bound of its own: a stream may have few messages in it before it is read
 * on, and commits are folded.
 */
public final class RolloutLoop implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(RolloutLoop.class);

    /** Events handled before the outcome is published. */
    private static final int BATCH_MAX = 256;

    private static final long TICK_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long CLOSE_MILLIS_MAX = 5_000;

    private final BlockingQueue<RolloutEvent> events = new LinkedBlockingQueue<>();
    private final Rollout rollout;
    private final Thread thread;

    private RolloutLoop(
            Supplier<DesiredState> desired,
            Fleet fleet,
            InstantSource clock,
            PrometheusRegistry registry) {
        this.rollout =
                new Rollout(
                        desired,
                        fleet,
                        clock,
                        System::nanoTime,
                        new RolloutMetrics(registry),
                        events::add);
        this.thread = Thread.ofPlatform().name("rollout").unstarted(this::run);
    }

    /**
     * Starts deciding; the store must be fully read.
     *
     * @param fleet where the outcome is published
     * @param registry where the metrics of this area are registered
     */
    public static RolloutLoop start(
            ResourceStore store, Fleet fleet, InstantSource clock, PrometheusRegistry registry) {
        RolloutLoop loop = start(() -> DesiredState.of(store.current()), fleet, clock, registry);
        store.onCommit(_ -> loop.post(new RolloutEvent.StoreChanged()));
        // For a commit between the two lines above.
        loop.post(new RolloutEvent.StoreChanged());
        return loop;
    }

    /**
     * Starts deciding about a state from anywhere; whoever changes it posts {@link
     * RolloutEvent.StoreChanged}.
     */
    public static RolloutLoop start(
            Supplier<DesiredState> desired,
            Fleet fleet,
            InstantSource clock,
            PrometheusRegistry registry) {
        RolloutLoop loop = new RolloutLoop(desired, fleet, clock, registry);
        loop.thread.start();
        return loop;
    }

    /** Hands over an event; never waits. */
    public void post(RolloutEvent event) {
        events.add(event);
    }

    /** Stops deciding; nodes keep what they have. Waits for the event under way. */
    @Override
    public void close() {
        post(new RolloutEvent.Shutdown());
        try {
            thread.join(CLOSE_MILLIS_MAX);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        boolean running = true;
        long nextTickNanos = System.nanoTime() + TICK_NANOS;
        while (running) {
            try {
                long waitNanos =
                        Math.min(
                                rollout.waitNanos(),
                                Math.max(0, nextTickNanos - System.nanoTime()));
                running = handleBatch(events.poll(waitNanos, TimeUnit.NANOSECONDS));
                if (System.nanoTime() - nextTickNanos >= 0) {
                    nextTickNanos += TICK_NANOS;
                    rollout.tick();
                }
                rollout.publish();
            } catch (InterruptedException e) {
                running = false;
            } catch (RuntimeException e) {
                // One event must not end the loop for all nodes.
                log.error("event=rollout_failed", e);
            }
        }
        rollout.close();
    }

    /** Returns false when the loop shall end. */
    private boolean handleBatch(@Nullable RolloutEvent first) {
        RolloutEvent event = first;
        for (int i = 0; event != null; i++) {
            if (event instanceof RolloutEvent.Shutdown) {
                return false;
            }
            rollout.handle(event);
            event = i < BATCH_MAX ? events.poll() : null;
        }
        return true;
    }
}
