package io.sluice.dataplane.l7.codec.http2;

import io.netty.buffer.ByteBuf;
import io.sluice.dataplane.l7.message.Ascii;

/** Writes frames behind what a buffer already holds (RFC 9113 section 6). */
public final class FrameWriter {
    /** Bytes before the payload of a frame. */
    public static final int HEAD_BYTES = FrameType.HEAD_BYTES;

    private static final byte[] PREFACE = Ascii.bytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    private static final int SETTING_BYTES = 6;

    private FrameWriter() {}

    /** What a client sends before its first frame. */
    public static void preface(ByteBuf out) {
        out.writeBytes(PREFACE);
    }

    /** Bytes that a block takes with the heads of its frames. */
    public static int headersBytes(BlockBuffer block, int frameBytesMax) {
        int frames = Math.max(1, (block.size() + frameBytesMax - 1) / frameBytesMax);
        return block.size() + frames * HEAD_BYTES;
    }

    /**
     * HEADERS, and CONTINUATION where the block is larger than a frame may be.
     *
     * @param frameBytesMax what the peer allows
     */
    public static void headers(
            ByteBuf out, int streamId, BlockBuffer block, boolean endStream, int frameBytesMax) {
        int size = block.size();
        int type = FrameType.HEADERS;
        int flags = endStream ? FrameType.END_STREAM : 0;
        int at = 0;
        do {
            int bytes = Math.min(size - at, frameBytesMax);
            int last = at + bytes == size ? FrameType.END_HEADERS : 0;
            head(out, bytes, type, flags | last, streamId);
            out.writeBytes(block.bytes(), at, bytes);
            at += bytes;
            type = FrameType.CONTINUATION;
            flags = 0;
        } while (at < size);
    }

    /** What precedes {@code bytes} of a body, to be written behind it. */
    public static void dataHead(ByteBuf out, int streamId, int bytes, boolean endStream) {
        head(out, bytes, FrameType.DATA, endStream ? FrameType.END_STREAM : 0, streamId);
    }

    public static void reset(ByteBuf out, int streamId, int errorCode) {
        head(out, 4, FrameType.RST_STREAM, 0, streamId);
        out.writeInt(errorCode);
    }

    /** Begins SETTINGS of so many entries, to be written by {@link #setting}. */
    public static void settings(ByteBuf out, int entries) {
        head(out, entries * SETTING_BYTES, FrameType.SETTINGS, 0, 0);
    }

    /** One entry; see the constants of {@link PeerSettings}. */
    public static void setting(ByteBuf out, int id, int value) {
        out.writeShort(id);
        out.writeInt(value);
    }

    public static void settingsAcknowledgement(ByteBuf out) {
        head(out, 0, FrameType.SETTINGS, FrameType.ACK, 0);
    }

    public static void ping(ByteBuf out, long payload) {
        head(out, Long.BYTES, FrameType.PING, 0, 0);
        out.writeLong(payload);
    }

    public static void pingAcknowledgement(ByteBuf out, long payload) {
        head(out, Long.BYTES, FrameType.PING, FrameType.ACK, 0);
        out.writeLong(payload);
    }

    public static void goAway(ByteBuf out, int lastStreamId, int errorCode) {
        head(out, 2 * Integer.BYTES, FrameType.GOAWAY, 0, 0);
        out.writeInt(lastStreamId);
        out.writeInt(errorCode);
    }

    /** Allows {@code increment} more bytes; stream 0 is the connection. */
    public static void windowUpdate(ByteBuf out, int streamId, int increment) {
        head(out, Integer.BYTES, FrameType.WINDOW_UPDATE, 0, streamId);
        out.writeInt(increment);
    }

    private static void head(ByteBuf out, int bytes, int type, int flags, int streamId) {
        out.ensureWritable(HEAD_BYTES + Math.min(bytes, Integer.BYTES));
        out.writeLong((long) bytes << 40 | (long) type << 32 | (long) flags << 24 | streamId >>> 8);
        out.writeByte(streamId);
    }
}
