package io.sluice.dataplane.l7.stream;

import io.netty.buffer.ByteBuf;
import io.netty.channel.socket.SocketChannel;
import io.sluice.dataplane.l7.codec.http2.BlockBuffer;
import io.sluice.dataplane.l7.codec.http2.FloodGuard;
import io.sluice.dataplane.l7.codec.http2.FrameWriter;
import io.sluice.dataplane.l7.codec.http2.PeerSettings;
import io.sluice.dataplane.l7.codec.http2.SendWindow;
import io.sluice.dataplane.net.EventWrites;

import org.jspecify.annotations.Nullable;

import java.util.function.IntConsumer;

/**
 * The frames that leave on one HTTP/2 connection, whichever side opened it: gathered in one buffer,
 * so that all streams share a write. Keeps the connection's window. Of its loop's thread.
 */
final class Http2Frames {
    /** Of a body, copied behind its frame's head rather than sent as a buffer of its own. */
    private static final int COPIED_BYTES_MAX = 4096;

    private static final int BYTES_AT_FIRST = 512;
    private static final int BYTES_EXPECTED_MAX = 16 * 1024;

    private final SocketChannel channel;
    private final EventWrites writes;
    private final PeerSettings peer;
    private final FloodGuard guard;
    private final IntConsumer onWrite;
    private final SendWindow window = new SendWindow(PeerSettings.WINDOW_AT_FIRST);
    private @Nullable ByteBuf gathered;
    private int bytesExpected = BYTES_AT_FIRST;
    private boolean unflushed;

    /**
     * @param writes to the channel, by nobody else
     * @param onWrite told the bytes of each write
     */
    Http2Frames(
            SocketChannel channel,
            EventWrites writes,
            PeerSettings peer,
            FloodGuard guard,
            IntConsumer onWrite) {
        this.channel = channel;
        this.writes = writes;
        this.peer = peer;
        this.guard = guard;
        this.onWrite = onWrite;
    }

    /** Where frames of that many bytes may be written. */
    ByteBuf room(int bytes) {
        ByteBuf out = gathered;
        if (out == null) {
            out = channel.alloc().ioBuffer(Math.max(bytes, bytesExpected));
            gathered = out;
        }
        return out;
    }

    /** The connection's window, which the peer widens. */
    SendWindow window() {
        return window;
    }

    void windowUpdate(int streamId, int increment) {
        FrameWriter.windowUpdate(room(FrameWriter.HEAD_BYTES + 4), streamId, increment);
    }

    void reset(int streamId, int errorCode) {
        FrameWriter.reset(room(FrameWriter.HEAD_BYTES + 4), streamId, errorCode);
    }

    /** A field block; returns how many bytes its frames take. */
    int headers(int streamId, BlockBuffer block, boolean last) {
        int bytes = FrameWriter.headersBytes(block, peer.frameBytesMax());
        FrameWriter.headers(room(bytes), streamId, block, last, peer.frameBytesMax());
        return bytes;
    }

    /** The end of a body, without more of it. */
    void end(int streamId) {
        FrameWriter.dataHead(room(FrameWriter.HEAD_BYTES), streamId, 0, true);
    }

    /** One frame of a body, which both windows and the peer's frame size allow; released. */
    void data(int streamId, SendWindow stream, ByteBuf bytes, boolean last) {
        int length = bytes.readableBytes();
        window.take(length);
        stream.take(length);
        guard.dataSent(1);
        boolean copied = length <= COPIED_BYTES_MAX;
        ByteBuf out = room(FrameWriter.HEAD_BYTES + (copied ? length : 0));
        FrameWriter.dataHead(out, streamId, length, last);
        if (copied) {
            out.writeBytes(bytes);
            bytes.release();
            return;
        }
        writeGathered();
        write(bytes);
    }

    /** Whether something was not flushed yet. */
    boolean pending() {
        return gathered != null || unflushed;
    }

    void flush() {
        writeGathered();
        if (unflushed) {
            unflushed = false;
            writes.flush();
        }
    }

    private void writeGathered() {
        ByteBuf out = gathered;
        if (out != null) {
            gathered = null;
            bytesExpected =
                    Math.clamp(out.readableBytes() * 3L / 2, BYTES_AT_FIRST, BYTES_EXPECTED_MAX);
            write(out);
        }
    }

    private void write(ByteBuf bytes) {
        onWrite.accept(bytes.readableBytes());
        writes.write(bytes);
        unflushed = true;
    }

    /** The connection is gone. */
    void release() {
        ByteBuf out = gathered;
        if (out != null) {
            gathered = null;
            out.release();
        }
        writes.drop();
    }
}
