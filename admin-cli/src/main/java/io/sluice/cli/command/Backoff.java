package io.sluice.cli.command;

import java.time.Duration;

/**
 * Pauses between questions: short at first, since most changes are active at once, then longer. Not
 * thread-safe.
 */
final class Backoff {
    private static final Duration FIRST = Duration.ofMillis(10);
    private static final Duration LONGEST = Duration.ofMillis(500);
    private static final int SHORT_PAUSES = 20;

    private final Ticker ticker;
    private final long deadlineNanos;
    private Duration next = FIRST;
    private int pauses;

    Backoff(Ticker ticker, Duration timeout) {
        this.ticker = ticker;
        this.deadlineNanos = ticker.nanoTime() + timeout.toNanos();
    }

    /** Whether the time is up. */
    boolean expired() {
        return deadlineNanos - ticker.nanoTime() <= 0;
    }

    /** Waits for the next question, at most until the time is up. */
    void pause() throws InterruptedException {
        Duration left = Duration.ofNanos(Math.max(0, deadlineNanos - ticker.nanoTime()));
        ticker.pause(next.compareTo(left) < 0 ? next : left);
        if (++pauses > SHORT_PAUSES) {
            Duration longer = next.multipliedBy(3).dividedBy(2);
            next = longer.compareTo(LONGEST) < 0 ? longer : LONGEST;
        }
    }
}
