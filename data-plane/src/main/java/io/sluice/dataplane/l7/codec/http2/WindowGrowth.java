package io.sluice.dataplane.l7.codec.http2;

import java.util.function.LongSupplier;

/**
 * What the streams of one connection may hold back beyond the windows they begin with, so that no
 * window limits a fast body: a stream is limited to one window per round trip, and whoever passes
 * half a window on within one is given twice the window. Of its loop's thread.
 *
 * <p>The round trip is that of the first SETTINGS and their acknowledgement, so it costs no frame.
 * A peer that makes it look long gains what is bounded here, and no more.
 */
public final class WindowGrowth {
    /** What one window grows to at most. */
    static final int WINDOW_BYTES_MAX = 4 * 1024 * 1024;

    private final int bytesMax;
    private final LongSupplier clockNanos;
    private long announcedNanos;
    private long roundTripNanos;
    private int granted;

    /**
     * @param bytesMax of all streams together, beyond their first windows; 0 for no growth
     * @param clockNanos precise: round trips may be short
     */
    public WindowGrowth(int bytesMax, LongSupplier clockNanos) {
        this.bytesMax = bytesMax;
        this.clockNanos = clockNanos;
    }

    /** SETTINGS are sent, for the first time. */
    public void announced() {
        announcedNanos = clockNanos.getAsLong();
    }

    /** SETTINGS were acknowledged; the first time counts. */
    public void acknowledged() {
        if (roundTripNanos == 0) {
            roundTripNanos = Math.max(1, clockNanos.getAsLong() - announcedNanos);
        }
    }

    long nowNanos() {
        return clockNanos.getAsLong();
    }

    /** Bytes by which a window grows, half of which was passed on in that time. */
    int grant(int windowBytes, long nanos) {
        if (nanos >= roundTripNanos) {
            return 0;
        }
        int most = Math.min(WINDOW_BYTES_MAX - windowBytes, bytesMax - granted);
        int more = Math.max(0, Math.min(windowBytes, most));
        granted += more;
        return more;
    }

    /** A stream is over, and what its window has grown by is for others. */
    public void end(ReceiveWindow window) {
        granted -= window.forgetGrowth();
    }
}
