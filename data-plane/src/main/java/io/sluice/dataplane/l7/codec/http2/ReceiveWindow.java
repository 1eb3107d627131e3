package io.sluice.dataplane.l7.codec.http2;

/**
 * How many bytes of bodies the peer may send, on a stream or a connection (RFC 9113 section 6.9).
 * What was passed on is allowed again, in steps of half a window.
 */
public final class ReceiveWindow {
    private int bytesMax;
    private int available;
    private int released;

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
        if (released < bytesMax / 2) {
            return 0;
        }
        int increment = released;
        available += increment;
        released = 0;
        return increment;
    }
}
