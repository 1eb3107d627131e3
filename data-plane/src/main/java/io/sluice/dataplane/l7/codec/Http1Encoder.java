package io.sluice.dataplane.l7.codec;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.sluice.dataplane.l7.message.Ascii;
import io.sluice.dataplane.l7.message.BodyLength;
import io.sluice.dataplane.l7.message.Fields;
import io.sluice.dataplane.l7.message.HeaderName;
import io.sluice.dataplane.l7.message.RequestHead;
import io.sluice.dataplane.l7.message.ResponseHead;

import org.jspecify.annotations.Nullable;

/**
 * Writes heads as HTTP/1.1. Fields that were received one behind the other and not edited are
 * copied in one go; what concerns the next connection only is added here.
 */
public final class Http1Encoder {
    private static final byte[] REQUEST_END = Ascii.bytes(" HTTP/1.1\r\n");
    private static final byte[] RESPONSE_START = Ascii.bytes("HTTP/1.1 ");
    private static final byte[] LINE_BREAK = Ascii.bytes("\r\n");
    private static final byte[] NO_HOST = Ascii.bytes("Host: \r\n");
    private static final byte[] CHUNKED = Ascii.bytes("Transfer-Encoding: chunked\r\n");
    private static final byte[] UPGRADE =
            Ascii.bytes("Connection: Upgrade\r\nUpgrade: websocket\r\n");
    private static final byte[] TRAILERS = Ascii.bytes("Connection: TE\r\nTE: trailers\r\n");
    private static final byte[] CLOSE = Ascii.bytes("Connection: close\r\n");
    private static final byte[] KEEP_ALIVE = Ascii.bytes("Connection: keep-alive\r\n");
    private static final byte[] LAST_CHUNK = Ascii.bytes("0\r\n\r\n");

    /** More than what is added to the bytes of a head. */
    private static final int ADDED_BYTES_MAX = 128;

    private static final int CHUNK_HEAD_BYTES_MAX = 10;

    private Http1Encoder() {}

    /** What a response says about the connection it is sent on. */
    public enum Persistence {
        /** Nothing: it stays, as is usual in HTTP/1.1. */
        DEFAULT,
        /** It closes after this response. */
        CLOSE,
        /** It stays, to a client of HTTP/1.0. */
        KEEP_ALIVE,
        /** It becomes a WebSocket. */
        UPGRADE
    }

    /**
     * A request head, for an upstream.
     *
     * @param bodyBytes room to leave behind it
     */
    public static ByteBuf request(ByteBufAllocator allocator, RequestHead head, int bodyBytes) {
        byte[] bytes = head.bytes();
        Fields fields = head.fields();
        ByteBuf out = allocator.ioBuffer(fields.used() + ADDED_BYTES_MAX + bodyBytes);
        out.writeBytes(bytes, head.methodStart(), head.methodEnd() - head.methodStart());
        out.writeByte(' ');
        if (head.asterisk()) {
            out.writeByte('*');
        } else {
            out.writeBytes(bytes, head.pathStart(), head.pathEnd() - head.pathStart());
            out.writeBytes(bytes, head.queryStart(), head.queryEnd() - head.queryStart());
        }
        out.writeBytes(REQUEST_END);
        if (!fields.contains(HeaderName.HOST)) {
            // RFC 9112 section 3.2: HTTP/1.1 has the field even where a client of 1.0 named none.
            out.writeBytes(NO_HOST);
        }
        fields(fields, out);
        if (head.bodyLength() == BodyLength.CHUNKED) {
            out.writeBytes(CHUNKED);
        }
        if (head.webSocket()) {
            out.writeBytes(UPGRADE);
        } else if (head.acceptsTrailers()) {
            out.writeBytes(TRAILERS);
        }
        return out.writeBytes(LINE_BREAK);
    }

    /**
     * A response head, for a client.
     *
     * @param chunked whether a body follows in chunks
     * @param bodyBytes room to leave behind it
     */
    public static ByteBuf response(
            ByteBufAllocator allocator,
            ResponseHead head,
            boolean chunked,
            Persistence persistence,
            int bodyBytes) {
        byte[] bytes = head.bytes();
        Fields fields = head.fields();
        ByteBuf out = allocator.ioBuffer(fields.used() + ADDED_BYTES_MAX + bodyBytes);
        out.writeBytes(RESPONSE_START);
        int status = head.status();
        out.writeByte('0' + status / 100);
        out.writeByte('0' + status / 10 % 10);
        out.writeByte('0' + status % 10);
        out.writeByte(' ');
        out.writeBytes(bytes, head.reasonStart(), head.reasonEnd() - head.reasonStart());
        out.writeBytes(LINE_BREAK);
        fields(fields, out);
        if (chunked) {
            out.writeBytes(CHUNKED);
        }
        switch (persistence) {
            case DEFAULT -> {}
            case CLOSE -> out.writeBytes(CLOSE);
            case KEEP_ALIVE -> out.writeBytes(KEEP_ALIVE);
            case UPGRADE -> out.writeBytes(UPGRADE);
        }
        return out.writeBytes(LINE_BREAK);
    }

    /** What precedes a chunk of that many bytes; {@link #chunkEnd} follows it. */
    public static ByteBuf chunkStart(ByteBufAllocator allocator, int bytes) {
        ByteBuf out = allocator.ioBuffer(CHUNK_HEAD_BYTES_MAX);
        int digits = (Integer.SIZE + 3 - Integer.numberOfLeadingZeros(bytes)) / 4;
        for (int i = digits - 1; i >= 0; i--) {
            out.writeByte(Character.forDigit(bytes >> (4 * i) & 0xf, 16));
        }
        return out.writeBytes(LINE_BREAK);
    }

    /** What follows the bytes of a chunk. */
    public static ByteBuf chunkEnd(ByteBufAllocator allocator) {
        return allocator.ioBuffer(LINE_BREAK.length).writeBytes(LINE_BREAK);
    }

    /**
     * The end of a body in chunks.
     *
     * @param trailers null if there are none
     */
    public static ByteBuf lastChunk(ByteBufAllocator allocator, @Nullable Fields trailers) {
        if (trailers == null) {
            return allocator.ioBuffer(LAST_CHUNK.length).writeBytes(LAST_CHUNK);
        }
        ByteBuf out = allocator.ioBuffer(trailers.used() + LAST_CHUNK.length);
        out.writeBytes(LAST_CHUNK, 0, LAST_CHUNK.length - LINE_BREAK.length);
        fields(trailers, out);
        return out.writeBytes(LINE_BREAK);
    }

    private static void fields(Fields fields, ByteBuf out) {
        byte[] bytes = fields.bytes();
        int runStart = 0;
        int runEnd = 0;
        for (int i = 0; i < fields.size(); i++) {
            if (!fields.present(i)) {
                continue;
            }
            int start = fields.nameStart(i);
            if (start != runEnd) {
                out.writeBytes(bytes, runStart, runEnd - runStart);
                runStart = start;
            }
            runEnd = fields.lineEnd(i);
        }
        out.writeBytes(bytes, runStart, runEnd - runStart);
    }
}
