package io.sluice.dataplane.net;

import io.netty.buffer.ByteBuf;
import io.netty.channel.socket.SocketChannel;

import org.jspecify.annotations.Nullable;

/**
 * Writes to one connection what one event brings for it: a single buffer goes to the socket at
 * once, past the pipeline and its queue, where nothing waits there and no handler has to see it;
 * what the socket does not take, and whatever else, goes the ordinary way. Of its loop's thread.
 */
public final class EventWrites {
    /** A larger one is queued at once, so that the channel's marks count it. */
    private static final int HELD_BYTES_MAX = 32 * 1024;

    private final SocketChannel channel;
    private final @Nullable TcpChannel socket;

    // The only buffer written since the last flush.
    private @Nullable ByteBuf held;
    private boolean unflushed;

    /** Writes to this channel; nothing was written yet. */
    public EventWrites(SocketChannel channel) {
        this.channel = channel;
        this.socket = channel instanceof TcpChannel tcp ? tcp : null;
    }

    /**
     * Takes a buffer over; it leaves with the next {@link #flush}. A failure closes the channel.
     */
    public void write(ByteBuf bytes) {
        if (socket != null && !unflushed && bytes.readableBytes() <= HELD_BYTES_MAX) {
            held = bytes;
            unflushed = true;
            return;
        }
        queueHeld();
        var _ = channel.write(bytes, channel.voidPromise());
        unflushed = true;
    }

    private void queueHeld() {
        ByteBuf first = held;
        if (first != null) {
            held = null;
            var _ = channel.write(first, channel.voidPromise());
        }
    }

    /** Lets what was written leave, together with the end of the output, which follows at once. */
    public void flushLast() {
        TcpChannel direct = socket;
        if (direct != null && held != null && direct.sendsDirectly()) {
            direct.cork();
        }
        flush();
    }

    /** Lets what was written leave. */
    public void flush() {
        if (!unflushed) {
            return;
        }
        unflushed = false;
        ByteBuf only = held;
        TcpChannel direct = socket;
        if (only != null && direct != null && direct.sendNow(only)) {
            held = null;
            return;
        }
        queueHeld();
        channel.flush();
    }

    /**
     * The socket, where all that was written has left and nobody has to see what follows; otherwise
     * null.
     */
    @Nullable TcpChannel idleSocket() {
        TcpChannel direct = socket;
        return direct != null && !unflushed && direct.sendsDirectly() ? direct : null;
    }

    /** Forgets what was not flushed: the channel is closed. */
    public void drop() {
        unflushed = false;
        ByteBuf only = held;
        if (only != null) {
            held = null;
            only.release();
        }
    }
}
