package io.sluice.dataplane.net;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;

/**
 * What one loop has of a listener's budget one way, and the connections that wait for more of it,
 * which are served in turn. Of the loop's thread.
 */
final class BandwidthShare {
    /** What one connection passes before the next one that waits has its turn. */
    private static final long TURN_BYTES = 64 * 1024;

    private final Loop loop;
    private final SharedBudget budget;
    private final Timer timer;

    // Bounded by the connections there are: each waits once at most.
    private final ArrayDeque<Shaper> waiting = new ArrayDeque<>();
    private @Nullable Shaper served;
    private long turnBytes;
    private long credit;

    BandwidthShare(Loop loop, SharedBudget budget) {
        this.loop = loop;
        this.budget = budget;
        this.timer = loop.newTimer(this::serve);
    }

    boolean limited() {
        return budget.limited();
    }

    /** Bytes that this one may pass now, 0 for none. */
    long available(Shaper asking) {
        boolean itsTurn = asking == served;
        if (!itsTurn && !waiting.isEmpty()) {
            return 0;
        }
        long there = credit();
        return Math.max(0, itsTurn ? Math.min(there, turnBytes) : there);
    }

    private long credit() {
        if (!budget.limited()) {
            // What was owed is forgotten with the limit.
            credit = 0;
            return Long.MAX_VALUE;
        }
        if (credit <= 0) {
            credit += budget.borrow(-credit, loop.nowNanos());
        }
        return credit;
    }

    void take(Shaper taking, long bytes) {
        credit -= bytes;
        if (taking == served) {
            turnBytes -= bytes;
        }
    }

    /** It goes on when it is its turn and there is something for it. */
    void await(Shaper asking) {
        waiting.add(asking);
        if (!timer.armed()) {
            timer.arm(budget.waitNanos(loop.nowNanos()));
        }
    }

    void forget(Shaper gone) {
        waiting.remove(gone);
    }

    private void serve() {
        // Each once: who is not through asks again, behind the others.
        for (int i = waiting.size(); i > 0 && !waiting.isEmpty() && credit() > 0; i--) {
            Shaper next = waiting.remove();
            served = next;
            turnBytes = TURN_BYTES;
            next.goOn();
            served = null;
        }
        if (!waiting.isEmpty()) {
            timer.arm(budget.waitNanos(loop.nowNanos()));
        }
    }
}
