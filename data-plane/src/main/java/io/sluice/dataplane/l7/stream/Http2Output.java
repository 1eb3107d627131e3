package io.sluice.dataplane.l7.stream;

import io.netty.buffer.ByteBuf;
import io.netty.channel.socket.SocketChannel;
import io.sluice.dataplane.l7.codec.http2.BlockBuffer;
import io.sluice.dataplane.l7.codec.http2.FloodGuard;
import io.sluice.dataplane.l7.codec.http2.HpackEncoder;
import io.sluice.dataplane.l7.codec.http2.PeerSettings;
import io.sluice.dataplane.l7.codec.http2.SendWindow;
import io.sluice.dataplane.l7.message.Fields;
import io.sluice.dataplane.l7.message.ResponseHead;
import io.sluice.dataplane.net.EventWrites;

import org.jspecify.annotations.Nullable;

/**
 * What goes to the client of one HTTP/2 connection: the frames of all its streams in one buffer,
 * and one write per turn of the loop. Bodies go at once where the windows and the socket allow;
 * else they wait with their stream and leave by priority.
 */
final class Http2Output {
    /** Payload of one frame, even where the client would take more: others want their turn. */
    private static final int FRAME_BYTES_MAX = 64 * 1024;

    /** Waiting bytes of all streams beyond which each may have one read's worth only. */
    private static final int WAITING_BYTES_MAX = 1024 * 1024;

    private final HttpServing serving;
    private final SocketChannel channel;
    private final PeerSettings peer;
    private final Http2Frames frames;
    private final HpackEncoder hpack = HpackEncoder.toClient();
    private final ReadyStreams ready = new ReadyStreams();
    private final Runnable flush;
    private int waitingBytes;
    private boolean scheduled;
    private boolean sending;

    /**
     * @param flush called when it is time to flush, by {@link #flushNow}
     */
    Http2Output(
            HttpServing serving,
            SocketChannel channel,
            ClientFlow flow,
            PeerSettings peer,
            FloodGuard guard,
            Runnable flush) {
        this.flush = flush;
        this.serving = serving;
        this.channel = channel;
        this.peer = peer;
        this.frames =
                new Http2Frames(
                        channel,
                        new EventWrites(channel),
                        peer,
                        guard,
                        bytes -> {
                            serving.meter().bytesOut += bytes;
                            flow.sent(bytes);
                        });
    }

    /** Where a frame of that many bytes may be written. */
    ByteBuf frames(int bytes) {
        return frames.room(bytes);
    }

    HpackEncoder hpack() {
        return hpack;
    }

    /** The connection's window, which the client widens. */
    SendWindow window() {
        return frames.window();
    }

    void windowUpdate(int streamId, int increment) {
        frames.windowUpdate(streamId, increment);
    }

    void reset(int streamId, int errorCode) {
        frames.reset(streamId, errorCode);
    }

    /** Sends a head; returns how many bytes that takes. */
    int head(int streamId, ResponseHead head, boolean last) {
        BlockBuffer block = serving.blockBuffer();
        hpack.response(head, block);
        return frames.headers(streamId, block, last);
    }

    /** Sends part of a body, or has it wait. */
    void body(Http2Downstream stream, ByteBuf bytes, boolean last) {
        int length = bytes.readableBytes();
        if (length == 0 && !last) {
            bytes.release();
            return;
        }
        if (stream.waiting().isEmpty() && (length == 0 || mayGo(stream, length))) {
            while (bytes.readableBytes() > frameBytesMax()) {
                data(stream, bytes.readRetainedSlice(frameBytesMax()), false);
            }
            data(stream, bytes, last);
            return;
        }
        waitingBytes += length;
        stream.waiting().add(bytes, last);
        readyIfSendable(stream);
    }

    // Whether nobody else waits and the client takes it all.
    private boolean mayGo(Http2Downstream stream, int bytes) {
        return ready.isEmpty()
                && channel.isWritable()
                && bytes <= frames.window().available()
                && bytes <= stream.sendWindow().available();
    }

    /** Ends a body, behind what waits of it. */
    void end(Http2Downstream stream, @Nullable Fields trailers) {
        if (stream.waiting().isEmpty()) {
            sendEnd(stream, trailers);
        } else {
            stream.waiting().end(trailers);
        }
    }

    private int frameBytesMax() {
        return Math.min(peer.frameBytesMax(), FRAME_BYTES_MAX);
    }

    private void data(Http2Downstream stream, ByteBuf bytes, boolean last) {
        frames.data(stream.id(), stream.sendWindow(), bytes, last);
    }

    private void sendEnd(Http2Downstream stream, @Nullable Fields trailers) {
        if (trailers == null) {
            frames.end(stream.id());
        } else {
            BlockBuffer block = serving.blockBuffer();
            hpack.trailers(trailers, block);
            frames.headers(stream.id(), block, true);
        }
    }

    // ---- what waits

    /** Whether a stream with that much waiting should get no more. */
    boolean full(WaitingBody waiting) {
        return waitingBytes >= WAITING_BYTES_MAX && !waiting.isEmpty();
    }

    /** A stream got something to send, or may send now. */
    void readyIfSendable(Http2Downstream stream) {
        WaitingBody waiting = stream.waiting();
        if (waiting.bytes() > 0 && stream.sendWindow().available() > 0) {
            ready.add(stream);
        }
    }

    /** Its priority changes: {@link #readyIfSendable} follows. */
    void unready(Http2Downstream stream) {
        ready.remove(stream);
    }

    /** What waits of a stream is dropped. */
    void drop(Http2Downstream stream) {
        ready.remove(stream);
        waitingBytes -= stream.waiting().drop();
    }

    private void sendWaiting() {
        if (sending) {
            return;
        }
        sending = true;
        Http2Downstream stream = ready.next();
        while (stream != null && channel.isWritable() && frames.window().available() > 0) {
            sendWaiting(stream);
            stream = ready.next();
        }
        sending = false;
    }

    private void sendWaiting(Http2Downstream stream) {
        WaitingBody waiting = stream.waiting();
        int length =
                Math.min(
                        Math.min(waiting.nextBytes(), frameBytesMax()),
                        Math.min(frames.window().available(), stream.sendWindow().available()));
        if (length > 0) {
            boolean all = length == waiting.bytes() && waiting.ended();
            boolean last = all && waiting.trailers() == null;
            waitingBytes -= length;
            data(stream, waiting.take(length), last);
            if (all && !last) {
                sendEnd(stream, waiting.trailers());
            }
            if (all) {
                waiting.clear();
            }
        }
        boolean more = waiting.bytes() > 0 && stream.sendWindow().available() > 0;
        if (more) {
            ready.served(stream);
        } else {
            ready.remove(stream);
        }
        stream.progressed();
    }

    // ---- the socket

    /** Whether a flush would send something. */
    boolean pending() {
        return frames.pending() || !ready.isEmpty();
    }

    /** Flushes when the loop has done what is due now, so that streams share a write. */
    void flushSoon() {
        if (!channel.isWritable()) {
            // Enough for a write.
            flushNow();
            return;
        }
        if (!scheduled) {
            scheduled = true;
            serving.loop().execute(flush);
        }
    }

    void flushNow() {
        scheduled = false;
        sendWaiting();
        frames.flush();
    }

    void release() {
        frames.release();
    }
}
