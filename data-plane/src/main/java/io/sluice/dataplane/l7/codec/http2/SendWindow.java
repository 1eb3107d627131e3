package io.sluice.dataplane.l7.codec.http2;

/** How many bytes of bodies the peer takes, on a stream or a connection (RFC 9113 section 6.9). */
public final class SendWindow {
    private long available;

    /**
     * @param bytes at first
     */
    public SendWindow(int bytes) {
        available = bytes;
    }

    /** Starts anew, for another stream. */
    public void start(int bytes) {
        available = bytes;
    }

    /** How many bytes may be sent; negative after the peer has shrunk its windows. */
    public int available() {
        return (int) available;
    }

    /** Bytes were sent, no more than were available. */
    public void take(int bytes) {
        assert bytes <= available;
        available -= bytes;
    }

    /**
     * WINDOW_UPDATE came.
     *
     * @return false if the window is too large now: FLOW_CONTROL_ERROR
     */
    public boolean grow(int increment) {
        return add(increment);
    }

    /**
     * SETTINGS_INITIAL_WINDOW_SIZE changed; for streams only.
     *
     * @return false if the window is too large now: FLOW_CONTROL_ERROR of the connection
     */
    public boolean adjust(int before, int after) {
        return add((long) after - before);
    }

    private boolean add(long change) {
        available += change;
        return available <= Integer.MAX_VALUE;
    }
}
