package io.sluice.dataplane.l7.stream;

/**
 * The streams of a connection that were closed last, so that a frame that comes late can be told
 * from one that never should (RFC 9113 section 5.1). The older ones are forgotten.
 */
final class ClosedStreams {
    private static final int REMEMBERED = 128;

    // Ids, negative where the stream was reset from here.
    private final int[] ids = new int[REMEMBERED];
    private int next;

    void closed(int id) {
        ids[next] = id;
        next = (next + 1) % REMEMBERED;
    }

    void reset(int id) {
        closed(-id);
    }

    /** Whether it was reset from here: its peer may not have known yet. */
    boolean wasReset(int id) {
        return contains(-id);
    }

    boolean wasClosed(int id) {
        return contains(id);
    }

    private boolean contains(int id) {
        for (int each : ids) {
            if (each == id) {
                return true;
            }
        }
        return false;
    }
}
