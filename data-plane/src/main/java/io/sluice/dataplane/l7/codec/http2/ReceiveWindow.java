package io.sluice.dataplane.l7.codec.http2;

/**
 * How many bytes of bodies the peer may send, on a stream or a connection (RFC 9113 section 6.9).
 * What was passed on is allowed again, in steps of half a window.
 */
public final class ReceiveWindow {
    private int bytesMax;
    private int available;
    private int released;
    private int grown;

    // When the last step was; without one it is not known how long half a window took.
    private boolean stepped;
    private long steppedNanos;

    /**
     * @param bytesMax what may be held back
     */
    public ReceiveWindow(int bytesMax) {
        start(bytesMax);
    }

    /** Starts anew, for another stream. */
    public void start(int bytes) {
        bytesMax = bytes;
        available = bytes;
        released = 0;
        grown = 0;
        stepped = false;
    }

    /**
     * Bytes came.
     *
     * @return false if they are more than were allowed: FLOW_CONTROL_ERROR
     */
    public boolean receive(int bytes) {
        available -= bytes;
        return available >= 0;
    }

    /**
     * Bytes that came were passed on.
     *
     * @return the increment to send, or 0 if there is no need yet
     */
    public int release(int bytes) {
        released += bytes;
        return released < bytesMax / 2 ? 0 : step(0);
    }

    /**
     * As {@link #release(int)}, of a stream whose window may grow.
     *
     * @return the increment to send, or 0 if there is no need yet
     */
    public int release(int bytes, WindowGrowth growth) {
        released += bytes;
        if (released < bytesMax / 2) {
            return 0;
        }
        long now = growth.nowNanos();
        int more = stepped ? growth.grant(bytesMax, now - steppedNanos) : 0;
        stepped = true;
        steppedNanos = now;
        bytesMax += more;
        grown += more;
        return step(more);
    }

    private int step(int more) {
        int increment = released + more;
        available += increment;
        released = 0;
        return increment;
    }

    /** Returns by how many bytes it has grown, once. */
    int forgetGrowth() {
        int bytes = grown;
        grown = 0;
        return bytes;
    }
}
