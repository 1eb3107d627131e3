package io.sluice.dataplane.listener;

import io.sluice.dataplane.net.ConnectionLimit;
import io.sluice.dataplane.net.Loop;
import io.sluice.dataplane.net.Timer;

import java.util.concurrent.CompletableFuture;

/**
 * How far a drain of the node is: announced, not accepting, cut, over. Of the control loop, but for
 * {@link #draining}.
 */
final class Drain {
    private static final long LOOK_NANOS = 20_000_000L;

    private final Loop control;
    private final ConnectionLimit connections;
    private final Timer timer;
    private volatile boolean draining;
    private boolean accepting;
    private long timeNanos;
    private long deadlineNanos;
    private Runnable stopAccepting = () -> {};
    private Runnable cut = () -> {};
    private CompletableFuture<Void> drained = new CompletableFuture<>();

    Drain(Loop control, ConnectionLimit connections) {
        this.control = control;
        this.connections = connections;
        this.timer = control.newTimer(this::onTimer);
    }

    boolean draining() {
        return draining;
    }

    CompletableFuture<Void> drained() {
        return drained;
    }

    /**
     * @param stopper closes the sockets and answers with {@link #stoppedAccepting}
     * @param cutter ends what is left at the deadline
     */
    CompletableFuture<Void> begin(
            long delayNanos, long maxNanos, Runnable stopper, Runnable cutter) {
        draining = true;
        accepting = true;
        timeNanos = maxNanos;
        stopAccepting = stopper;
        cut = cutter;
        drained = new CompletableFuture<>();
        if (delayNanos == 0) {
            stopAccepting.run();
        } else {
            timer.arm(delayNanos);
        }
        return drained;
    }

    void stoppedAccepting() {
        if (!draining) {
            return;
        }
        accepting = false;
        deadlineNanos = control.nowNanos() + timeNanos;
        look();
    }

    private void onTimer() {
        if (accepting) {
            stopAccepting.run();
            return;
        }
        look();
    }

    private void look() {
        if (connections.open() == 0) {
            drained.complete(null);
            return;
        }
        if (control.nowNanos() - deadlineNanos >= 0) {
            cut.run();
        }
        timer.arm(LOOK_NANOS);
    }

    void end() {
        draining = false;
        timer.disarm();
        drained.cancel(false);
    }
}
