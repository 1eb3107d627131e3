package io.sluice.dataplane.net;

import io.netty.channel.EventLoop;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * The timers of one loop, hashed by the tick at which they are looked at next. Ticks only while it
 * has any; a deadline beyond the last slot is looked at once per round.
 */
final class TimerWheel {
    private static final Logger log = LoggerFactory.getLogger(TimerWheel.class);
    private static final int SLOTS = 1024;
    private static final int MASK = SLOTS - 1;

    private final EventLoop eventLoop;
    private final LongSupplier clockNanos;
    private final long startNanos;
    private final @Nullable Timer[] slots = new @Nullable Timer[SLOTS];
    private final Runnable tick = this::tick;
    private long nowNanos;

    // The last tick whose slot was emptied.
    private long doneTick;
    private int queued;
    private boolean ticking;

    TimerWheel(EventLoop eventLoop, LongSupplier clockNanos) {
        this.eventLoop = eventLoop;
        this.clockNanos = clockNanos;
        this.startNanos = clockNanos.getAsLong();
        this.nowNanos = startNanos;
    }

    long nowNanos() {
        return ticking ? nowNanos : clockNanos.getAsLong();
    }

    void arm(Timer timer, long delayNanos) {
        if (!ticking) {
            start();
        }
        timer.deadlineNanos = nowNanos + delayNanos;
        timer.armed = true;
        // The cached clock may lag by a tick, so one is added: late is allowed, early is not.
        long dueTick = tickOf(timer.deadlineNanos) + 2;
        if (timer.queuedTick == Timer.NOT_QUEUED) {
            insert(timer, dueTick);
            return;
        }
        if (dueTick < timer.queuedTick) {
            remove(timer);
            insert(timer, dueTick);
        }
    }

    private void start() {
        ticking = true;
        nowNanos = clockNanos.getAsLong();
        doneTick = tickOf(nowNanos);
        scheduleTick();
    }

    private void scheduleTick() {
        // A one-shot each time: a fixed rate would run after a stall as often as it was missed.
        var _ = eventLoop.schedule(tick, Timer.TICK_NANOS, TimeUnit.NANOSECONDS);
    }

    private void tick() {
        nowNanos = clockNanos.getAsLong();
        long nowTick = tickOf(nowNanos);
        // After a stall of a whole round each slot needs one look only.
        long first = Math.max(doneTick + 1, nowTick - SLOTS + 1);
        doneTick = nowTick;
        for (long t = first; t <= nowTick; t++) {
            visit((int) t & MASK, nowTick);
        }
        if (queued == 0) {
            ticking = false;
            return;
        }
        scheduleTick();
    }

    private void visit(int slot, long nowTick) {
        Timer timer = slots[slot];
        if (timer == null) {
            return;
        }
        // Taken off first: what an expiry arms anew lands in a later tick, never in this list.
        slots[slot] = null;
        while (timer != null) {
            // An expiry may cancel its neighbour, so the rest stays a proper list with this one as
            // its head.
            Timer next = timer.next;
            if (next != null) {
                next.previous = null;
            }
            timer.next = null;
            timer.queuedTick = Timer.NOT_QUEUED;
            queued--;
            pending = next;
            look(timer, nowTick);
            timer = pending;
        }
        pending = null;
    }

    // The rest of the slot being visited.
    private @Nullable Timer pending;

    private void look(Timer timer, long nowTick) {
        if (!timer.armed) {
            return;
        }
        long dueTick = tickOf(timer.deadlineNanos) + 2;
        if (dueTick > nowTick) {
            insert(timer, dueTick);
            return;
        }
        try {
            timer.expire();
        } catch (RuntimeException | AssertionError e) {
            log.error("event=timer-failed", e);
        }
    }

    private void insert(Timer timer, long dueTick) {
        long at = Math.max(doneTick + 1, Math.min(dueTick, doneTick + SLOTS - 1));
        int slot = (int) at & MASK;
        Timer head = slots[slot];
        timer.previous = null;
        timer.next = head;
        if (head != null) {
            head.previous = timer;
        }
        slots[slot] = timer;
        timer.queuedTick = at;
        queued++;
    }

    void remove(Timer timer) {
        if (timer.queuedTick == Timer.NOT_QUEUED) {
            return;
        }
        Timer previous = timer.previous;
        Timer next = timer.next;
        if (next != null) {
            next.previous = previous;
        }
        int slot = (int) timer.queuedTick & MASK;
        if (previous != null) {
            previous.next = next;
        } else if (pending == timer) {
            pending = next;
        } else if (slots[slot] == timer) {
            slots[slot] = next;
        }
        timer.previous = null;
        timer.next = null;
        timer.queuedTick = Timer.NOT_QUEUED;
        queued--;
    }

    private long tickOf(long nanos) {
        return (nanos - startNanos) / Timer.TICK_NANOS;
    }
}
