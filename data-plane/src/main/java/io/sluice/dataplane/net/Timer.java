package io.sluice.dataplane.net;

import org.jspecify.annotations.Nullable;

/**
 * A coarse timeout of one loop, re-armed at the cost of a field write. It expires at its deadline
 * or up to two ticks later, never earlier, and once per arming. Of its loop's thread.
 *
 * <p>Arming it later than before, as an idle timeout does on each read, leaves it where it is in
 * the wheel; when the wheel gets there, it moves on.
 */
public final class Timer {
    /** How coarse: the time between two turns of the wheel. */
    public static final long TICK_NANOS = 10_000_000;

    /** For {@link #arm}: no timeout. */
    public static final long NEVER = 0;

    static final int NOT_QUEUED = -1;

    private final TimerWheel wheel;
    private final Runnable onExpiry;

    // Owned by the wheel: neighbours in the slot, and the tick at which the wheel looks at this
    // next.
    @Nullable Timer previous;
    @Nullable Timer next;
    long queuedTick = NOT_QUEUED;
    long deadlineNanos;
    boolean armed;

    Timer(TimerWheel wheel, Runnable onExpiry) {
        this.wheel = wheel;
        this.onExpiry = onExpiry;
    }

    /**
     * Expires once after this delay from now, instead of when it was to; {@link #NEVER} disarms it.
     */
    public void arm(long delayNanos) {
        if (delayNanos == NEVER) {
            disarm();
            return;
        }
        wheel.arm(this, delayNanos);
    }

    /** Does not expire until armed again. */
    public void disarm() {
        armed = false;
    }

    /**
     * Disarms it and forgets it at once: for a connection that ends, so that the wheel does not
     * keep it alive.
     */
    public void cancel() {
        armed = false;
        wheel.remove(this);
    }

    /** Whether it is going to expire. */
    public boolean armed() {
        return armed;
    }

    void expire() {
        armed = false;
        onExpiry.run();
    }
}
