package io.sluice.dataplane.net;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many connections may be open at once, over all loops. Exact, hence the one counter that loops
 * share: it is touched at accept and at close only, and shares per loop would refuse clients below
 * a small limit.
 */
public final class ConnectionLimit {
    private final AtomicInteger open = new AtomicInteger();
    private volatile int max;

    /** Allows so many. */
    public ConnectionLimit(int max) {
        this.max = max;
    }

    /** Counts one more, unless that is one too many. */
    public boolean tryAcquire() {
        if (open.incrementAndGet() <= max) {
            return true;
        }
        open.decrementAndGet();
        return false;
    }

    /** Counts one less; once for each that was acquired. */
    public void release() {
        open.decrementAndGet();
    }

    /** Allows another number; those open already stay. */
    public void changeMax(int newMax) {
        max = newMax;
    }

    /** How many are open. */
    public int open() {
        return open.get();
    }
}
