package io.sluice.dataplane.net;

import io.netty.channel.uring.IoUringIoOps;

/** What Sluice itself asks io_uring for; Netty's own of these are not public. */
final class RingOps {
    static final byte POLL_ADD = 6;
    static final byte ASYNC_CANCEL = 14;

    private static final int POLL_ADD_MULTI = 1;

    private RingOps() {}

    /** Tells once, at once if that is so already. */
    static IoUringIoOps poll(int descriptor, int events, long number) {
        return poll(descriptor, events, 0, number);
    }

    /** Tells the state once, and then each change to it until it is cancelled. */
    static IoUringIoOps pollEdges(int descriptor, int events, long number) {
        return poll(descriptor, events, POLL_ADD_MULTI, number);
    }

    private static IoUringIoOps poll(int descriptor, int events, int mode, long number) {
        return new IoUringIoOps(
                POLL_ADD,
                (byte) 0,
                (short) 0,
                descriptor,
                0L,
                0L,
                mode,
                events,
                number,
                (short) 0,
                (short) 0,
                0,
                0L);
    }

    /** Ends the operation that was submitted under an id, if it is still under way. */
    static IoUringIoOps cancel(long id) {
        return new IoUringIoOps(
                ASYNC_CANCEL,
                (byte) 0,
                (short) 0,
                -1,
                0L,
                id,
                0,
                0,
                0L,
                (short) 0,
                (short) 0,
                0,
                0L);
    }
}
