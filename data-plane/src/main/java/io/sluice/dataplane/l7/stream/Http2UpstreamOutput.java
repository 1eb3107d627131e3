package io.sluice.dataplane.l7.stream;

import io.netty.buffer.ByteBuf;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.SslHandler;
import io.sluice.dataplane.cluster.pool.UpstreamConnection;
import io.sluice.dataplane.l7.codec.http2.BlockBuffer;
import io.sluice.dataplane.l7.codec.http2.FloodGuard;
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
    private final Loop loop;
    private final SocketChannel channel;
    private final PeerSettings peer;
    private final Http2Frames frames;
    private final boolean secure;
    private final HpackEncoder hpack = HpackEncoder.toUpstream();
    private final BlockBuffer block = new BlockBuffer();
    private final Runnable flush = this::flushNow;
    private boolean scheduled;
    private boolean released;

    Http2UpstreamOutput(
            Loop loop, UpstreamConnection connection, PeerSettings peer, FloodGuard guard) {
        this.loop = loop;
        this.channel = connection.channel();
        this.peer = peer;
        this.secure = channel.pipeline().get(SslHandler.class) != null;
        // What goes upstream is counted by the streams.
        this.frames = new Http2Frames(channel, connection.writes(), peer, guard, bytes -> {});
    }

    /** Where frames of that many bytes may be written. */
    ByteBuf frames(int bytes) {
        return frames.room(bytes);
    }

    /** The connection's window, which the upstream widens. */
    SendWindow window() {
        return frames.window();
    }

    boolean writable() {
        return channel.isWritable();
    }

    /** How many bytes may be sent now on a stream with that window. */
    int sendable(SendWindow stream) {
        return writable()
                ? Math.max(0, Math.min(frames.window().available(), stream.available()))
                : 0;
    }

    void peerChanged() {
        hpack.peerTableBytesMax(peer.headerTableBytes());
    }

    /** Sends a head; returns how many bytes that takes. */
    int head(int streamId, RequestHead head, boolean last) {
        hpack.request(head, secure, block);
        return frames.headers(streamId, block, last);
    }

    /** Sends part of a body, no more than is {@link #sendable}; releases it. */
    void data(int streamId, SendWindow stream, ByteBuf bytes, boolean last) {
        int frameBytesMax = peer.frameBytesMax();
        while (bytes.readableBytes() > frameBytesMax) {
            frames.data(streamId, stream, bytes.readRetainedSlice(frameBytesMax), false);
        }
        frames.data(streamId, stream, bytes, last);
    }

    /** Ends a body. */
    void end(int streamId, @Nullable Fields trailers) {
        if (trailers == null) {
            frames.end(streamId);
            return;
        }
        hpack.trailers(trailers, block);
        frames.headers(streamId, block, true);
    }

    void windowUpdate(int streamId, int increment) {
        frames.windowUpdate(streamId, increment);
    }

    void reset(int streamId, int errorCode) {
        frames.reset(streamId, errorCode);
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
        if (frames.pending()) {
            flushSoon();
        }
    }

    void flushNow() {
        scheduled = false;
        if (released) {
            return;
        }
        frames.flush();
    }

    /** The connection is gone. */
    void release() {
        released = true;
        frames.release();
    }
}
