package io.sluice.cli.command;

import java.time.Duration;

/** Time that passes: how far it is, and waiting for it. */
public interface Ticker {
    /** Nanoseconds since some moment; never goes back. */
    long nanoTime();

    /**
     * Waits.
     *
     * @throws InterruptedException when the command is to end
     */
    void pause(Duration duration) throws InterruptedException;
}
