package io.sluice.dataplane.l7.stream;

import io.netty.buffer.ByteBuf;
import io.netty.channel.socket.SocketChannel;
import io.sluice.dataplane.l7.codec.http2.BlockBuffer;
import io.sluice.dataplane.l7.codec.http2.FloodGuard;
import io.sluice.dataplane.l7.codec.http2.FrameWriter;
import io.sluice.dataplane.l7.codec.http2.HpackEncoder;
import io.sluice.dataplane.l7.codec.http2.PeerSettings;
import io.sluice.dataplane.l7.codec.http2.SendWindow;
import io.sluice.dataplane.l7.message.Fields;
import io.sluice.dataplane.l7.message.RequestHead;
import io.sluice.dataplane.net.Loop;

import org.jspecify.annotations.Nullable;

/**
 * What goes to an upstream of HTTP/2: the frames of all its streams in one buffer, and one write
 * per turn of the loop, so that requests that arrive together leave together.
 */
final class Http2UpstreamOutput {
    /** Of a body, copied behind its frame's head rather than sent as a buffer of its own. */
    private static final int COPIED_BYTES_MAX = 4096;

    private static final int BYTES_AT_FIRST = 512;
    private static final int BYTES_EXPECTED_MAX = 16 * 1024;

    private final Loop loop;
    private final SocketChannel channel;
    private final PeerSettings peer;
    private final FloodGuard guard;
    private final boolean secure;
    private final HpackEncoder hpack = new HpackEncoder();
    private final BlockBuffer block = new BlockBuffer();
    private final SendWindow window = new SendWindow(PeerSettings.WINDOW_AT_FIRST);
    private final Runnable flush = this::flushNow;
    private @Nullable ByteBuf frames;
    private int bytesExpected = BYTES_AT_FIRST;
    private boolean scheduled;
    private boolean unflushed;
    private boolean released;

    Http2UpstreamOutput(
            Loop loop, SocketChannel channel, PeerSettings peer, FloodGuard guard, boolean secure) {
        this.loop = loop;
        this.channel = channel;
        this.peer = peer;
        this.guard = guard;
        this.secure = secure;
    }

    /** Where frames of that many bytes may be written. */
    ByteBuf frames(int bytes) {
        ByteBuf out = frames;
        if (out == null) {
            out = channel.alloc().ioBuffer(Math.max(bytes, bytesExpected));
            frames = out;
        }
        return out;
    }

    /** The connection's window, which the upstream widens. */
    SendWindow window() {
        return window;
    }

    boolean writable() {
        return channel.isWritable();
    }

    /** How many bytes may be sent now on a stream with that window. */
    int sendable(SendWindow stream) {
        return writable() ? Math.max(0, Math.min(window.available(), stream.available())) : 0;
    }

    void peerChanged() {
        hpack.peerTableBytesMax(peer.headerTableBytes());
    }

    /** Sends a head; returns how many bytes that takes. */
    int head(int streamId, RequestHead head, boolean last) {
        hpack.request(head, secure, block);
        return headers(streamId, last);
    }

    private int headers(int streamId, boolean last) {
        int bytes = FrameWriter.headersBytes(block, peer.frameBytesMax());
        FrameWriter.headers(frames(bytes), streamId, block, last, peer.frameBytesMax());
        return bytes;
    }

    /** Sends part of a body, no more than is {@link #sendable}; releases it. */
    void data(int streamId, SendWindow stream, ByteBuf bytes, boolean last) {
        int frameBytesMax = peer.frameBytesMax();
        while (bytes.readableBytes() > frameBytesMax) {
            frame(streamId, stream, bytes.readRetainedSlice(frameBytesMax), false);
        }
        frame(streamId, stream, bytes, last);
    }

    private void frame(int streamId, SendWindow stream, ByteBuf bytes, boolean last) {
        int length = bytes.readableBytes();
        window.take(length);
        stream.take(length);
        guard.dataSent(1);
        boolean copied = length <= COPIED_BYTES_MAX;
        ByteBuf out = frames(FrameWriter.HEAD_BYTES + (copied ? length : 0));
        FrameWriter.dataHead(out, streamId, length, last);
        if (copied) {
            out.writeBytes(bytes);
            bytes.release();
            return;
        }
        writeFrames();
        write(bytes);
    }

    /** Ends a body. */
    void end(int streamId, @Nullable Fields trailers) {
        if (trailers == null) {
            FrameWriter.dataHead(frames(FrameWriter.HEAD_BYTES), streamId, 0, true);
            return;
        }
        hpack.trailers(trailers, block);
        headers(streamId, true);
    }

    void windowUpdate(int streamId, int increment) {
        FrameWriter.windowUpdate(frames(FrameWriter.HEAD_BYTES + 4), streamId, increment);
    }

    void reset(int streamId, int errorCode) {
        FrameWriter.reset(frames(FrameWriter.HEAD_BYTES + 4), streamId, errorCode);
    }

    private void writeFrames() {
        ByteBuf out = frames;
        if (out != null) {
            frames = null;
            bytesExpected =
                    Math.clamp(out.readableBytes() * 3L / 2, BYTES_AT_FIRST, BYTES_EXPECTED_MAX);
            write(out);
        }
    }

    private void write(ByteBuf bytes) {
        // A failed write closes the connection, which its user hears.
        var _ = channel.write(bytes, channel.voidPromise());
        unflushed = true;
    }

    /** Flushes when the loop has done what is due now, so that streams share a write. */
    void flushSoon() {
        if (!scheduled) {
            scheduled = true;
            loop.execute(flush);
        }
    }

    /** As {@link #flushSoon}, if there is something. */
    void flushIfAny() {
        if (frames != null || unflushed) {
            flushSoon();
        }
    }

    void flushNow() {
        scheduled = false;
        if (released) {
            return;
        }
        writeFrames();
        if (unflushed) {
            unflushed = false;
            channel.flush();
        }
    }

    /** The connection is gone. */
    void release() {
        released = true;
        ByteBuf out = frames;
        if (out != null) {
            frames = null;
            out.release();
        }
    }
}
