package io.sluice.dataplane.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

import org.jspecify.annotations.Nullable;

/**
 * What the connected UDP sockets of one loop send: a socket's datagrams in a row are put together
 * until the turn of the loop is over or another one sends; one alone is sent at once. Of its loop's
 * thread.
 */
final class UpstreamRun {
    private final Loop loop;
    private final SegmentRun run = new SegmentRun();
    private final SegmentLimit.Notice notice = new SegmentLimit.Notice();
    private final Runnable endTurn = this::endTurn;
    private @Nullable PolledDatagramConnection sender;
    private boolean endQueued;
    private boolean sending;

    UpstreamRun(Loop loop) {
        this.loop = loop;
    }

    SegmentLimit.Notice notice() {
        return notice;
    }

    /**
     * Takes a copy of a datagram that follows another one of this connection.
     *
     * @return false if it is to be sent at once; what was taken before has been sent then
     */
    @SuppressWarnings("ReferenceEquality") // This socket.
    boolean take(PolledDatagramConnection connection, ByteBuf datagram) {
        if (sending) {
            // Who was told that nobody is there goes elsewhere, within what another one sends.
            return false;
        }
        if (sender == connection && run.add(datagram)) {
            return true;
        }
        send();
        // Unless it was closed by who was told.
        boolean follows = sender == connection;
        sender = connection;
        if (!endQueued) {
            endQueued = true;
            loop.execute(endTurn);
        }
        if (!follows || !datagram.isReadable() || !connection.segments(datagram.readableBytes())) {
            return false;
        }
        run.begin(ByteBufAllocator.DEFAULT, datagram, false);
        return true;
    }

    /** Sends what this connection still has here: it is about to close. */
    @SuppressWarnings("ReferenceEquality")
    void forget(PolledDatagramConnection connection) {
        if (sender == connection) {
            send();
            sender = null;
        }
    }

    private void endTurn() {
        endQueued = false;
        send();
        sender = null;
    }

    private void send() {
        PolledDatagramConnection by = sender;
        if (by == null || run.isEmpty()) {
            return;
        }
        int count = run.count();
        ByteBuf bytes = run.take();
        sending = true;
        try {
            by.sendRun(bytes, run.segmentBytes(), count);
        } finally {
            sending = false;
            bytes.release();
        }
    }
}
