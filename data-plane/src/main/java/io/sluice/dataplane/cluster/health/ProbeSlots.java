package io.sluice.dataplane.cluster.health;

import java.util.ArrayDeque;

/**
 * How many probes of one loop are under way at once; the others wait their turn. Keeps ten thousand
 * new endpoints from opening ten thousand sockets. Of its loop's thread.
 */
public final class ProbeSlots {
    /** Probes under way at once, per loop. */
    public static final int IN_FLIGHT_MAX = 128;

    // At most one entry per checker.
    private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
    private int inFlight;

    /** Runs it now or when there is room; what it starts ends with {@link #done}. */
    void run(Runnable probe) {
        if (inFlight == IN_FLIGHT_MAX) {
            waiting.add(probe);
            return;
        }
        inFlight++;
        probe.run();
    }

    void done() {
        Runnable next = waiting.poll();
        if (next == null) {
            inFlight--;
            return;
        }
        next.run();
    }
}
