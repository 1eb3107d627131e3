package io.sluice.dataplane.l7.stream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.socket.SocketChannel;
import io.sluice.dataplane.cluster.pool.UpstreamConnection;
import io.sluice.dataplane.l7.codec.Http1Encoder;
import io.sluice.dataplane.l7.message.BodyLength;
import io.sluice.dataplane.l7.message.Fields;
import io.sluice.dataplane.l7.message.HeaderName;
import io.sluice.dataplane.l7.message.RequestHead;
import io.sluice.dataplane.net.Loop;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.Objects;

/**
 * The request of an exchange over HTTP/1.1: how head and body go on the wire, and the head as it
 * was sent, as long as it may have to be sent again. Used for one after the other, on its loop's
 * thread.
 */
final class Http1Request {
    private final Loop loop;
    private final ExchangeUser user;

    // The head as sent, kept in case the connection turns out dead.
    private @Nullable ByteBuf kept;
    private boolean intoChunks;
    private boolean done;
    private boolean tunnel;

    Http1Request(Loop loop, ExchangeUser user) {
        this.loop = loop;
        this.user = user;
    }

    /** Begins with another connection. */
    void begin() {
        tunnel = false;
    }

    /** Sends the head; see {@link UpstreamExchange#head}. */
    void head(
            UpstreamConnection to,
            RequestHead head,
            BodyForm form,
            boolean last,
            boolean mayComeAgain) {
        if (head.webSocket() && !head.fields().contains(HeaderName.SEC_WEBSOCKET_KEY)) {
            // The client's version of HTTP does without.
            head.fields().add(HeaderName.SEC_WEBSOCKET_KEY, webSocketKey());
        }
        ByteBuf bytes = Http1Encoder.request(allocator(to), head, 0);
        user.headSent(bytes.readableBytes());
        intoChunks = head.bodyLength() == BodyLength.CHUNKED && form == BodyForm.CONTENT;
        done = last;
        if (mayComeAgain && to.reused()) {
            kept = bytes.retain();
        }
        write(to, bytes);
    }

    private byte[] webSocketKey() {
        ByteBuffer nonce = ByteBuffer.allocate(2 * Long.BYTES);
        nonce.putLong(loop.random64()).putLong(loop.random64());
        return Base64.getEncoder().encode(nonce.array());
    }

    /** Whether {@link #headAgain} is possible. */
    boolean headKept() {
        return kept != null;
    }

    /** Sends the same head again. */
    void headAgain(UpstreamConnection to) {
        ByteBuf bytes = Objects.requireNonNull(kept);
        kept = null;
        write(to, bytes.readerIndex(0));
    }

    /** Forgets the head that was kept, if one was. */
    void forgetHead() {
        ByteBuf bytes = kept;
        if (bytes != null) {
            kept = null;
            bytes.release();
        }
    }

    /** Sends part of the body. */
    void body(UpstreamConnection to, ByteBuf bytes, boolean last) {
        forgetHead();
        if (!intoChunks) {
            write(to, bytes);
        } else if (bytes.isReadable()) {
            write(to, Http1Encoder.chunkStart(allocator(to), bytes.readableBytes()));
            write(to, bytes);
            write(to, Http1Encoder.chunkEnd(allocator(to)));
        } else {
            bytes.release();
        }
        if (last) {
            end(to, null);
        }
    }

    /** Ends the body, or this side of a tunnel. */
    void end(UpstreamConnection to, @Nullable Fields trailers) {
        done = true;
        if (tunnel) {
            endOutput(to);
        } else if (intoChunks) {
            write(to, Http1Encoder.lastChunk(allocator(to), trailers));
        }
    }

    // Behind what was written.
    private static void endOutput(UpstreamConnection to) {
        SocketChannel channel = to.channel();
        to.writes().flush();
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER)
                .addListener(
                        written -> {
                            var _ = channel.shutdownOutput();
                        });
    }

    private static void write(UpstreamConnection to, ByteBuf bytes) {
        // A failed write closes the connection, which the exchange hears of.
        to.writes().write(bytes);
    }

    private static ByteBufAllocator allocator(UpstreamConnection to) {
        return to.channel().alloc();
    }

    /** Whether all of it was sent. */
    boolean done() {
        return done;
    }

    /** Whether {@link #beginTunnel} was called. */
    boolean inTunnel() {
        return tunnel;
    }

    /** What follows is no body, but bytes both ways. */
    void beginTunnel() {
        tunnel = true;
        done = false;
    }
}
