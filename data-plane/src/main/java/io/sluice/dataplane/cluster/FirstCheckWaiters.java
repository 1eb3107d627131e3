package io.sluice.dataplane.cluster;

import io.sluice.dataplane.net.Loop;
import io.sluice.dataplane.net.Timer;

import java.util.ArrayDeque;

/**
 * Who waits on one loop for a cluster's first checks; at most one entry per client connection or
 * stream. Changed on the loop only.
 */
final class FirstCheckWaiters {
    private record Waiter(Runnable then, long deadlineNanos) {}

    private final Loop loop;
    private final Timer timer;

    // All wait equally long, so the first is the first to give up.
    private final ArrayDeque<Waiter> waiters = new ArrayDeque<>();
    private volatile boolean waiting;

    FirstCheckWaiters(Loop loop) {
        this.loop = loop;
        this.timer = loop.newTimer(this::giveUp);
    }

    boolean waiting() {
        return waiting;
    }

    void add(Runnable then) {
        waiters.add(new Waiter(then, loop.nowNanos() + Cluster.FIRST_CHECK_WAIT_NANOS));
        waiting = true;
        if (!timer.armed()) {
            timer.arm(Cluster.FIRST_CHECK_WAIT_NANOS);
        }
    }

    /** All go on, in tasks of their own. */
    void wakeAll() {
        timer.disarm();
        for (Waiter waiter : waiters) {
            loop.execute(waiter.then());
        }
        waiters.clear();
        waiting = false;
    }

    private void giveUp() {
        long now = loop.nowNanos();
        Waiter first = waiters.peek();
        while (first != null) {
            long leftNanos = first.deadlineNanos() - now;
            if (leftNanos > 0) {
                timer.arm(leftNanos);
                return;
            }
            waiters.remove();
            loop.execute(first.then());
            first = waiters.peek();
        }
        waiting = false;
    }
}
