package io.sluice.dataplane.l7.codec.http2;

import io.netty.buffer.ByteBuf;
import io.sluice.dataplane.l7.message.Ascii;

import java.util.Arrays;

/**
 * Finds frames in the bytes of a connection as they arrive, strictly (RFC 9113 sections 3.4, 4 and
 * 6). Bodies are handed on at once, everything else when it is complete; what is incomplete is kept
 * here, within {@link Http2Limits}. One per connection.
 */
public final class FrameReader {
    private static final byte[] PREFACE = Ascii.bytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    private static final int STREAM_ID = 0x7fff_ffff;
    private static final int PRIORITY_BYTES = 5;
    private static final int SETTING_BYTES = 6;
    private static final int PING_BYTES = 8;

    /** A larger array is given back when its frame is done. */
    private static final int KEPT_BYTES_MAX = 2048;

    private enum State {
        PREFACE,
        HEAD,
        PAD_LENGTH,
        DATA,
        PADDING,
        PAYLOAD,
        SKIPPED
    }

    private final boolean fromClient;
    private final Http2Limits limits;
    private final FloodGuard guard;
    private State state;
    private boolean settingsSeen;
    private boolean stopped;

    // The frame under way.
    private int type;
    private int flags;
    private int streamId;
    private int remaining;
    private int padding;
    private int flowBytes;

    /** Bytes kept of a preface, a frame's head or its payload; behind a field block so far. */
    private byte[] kept = new byte[0];

    private int keptEnd;

    /** The field block under way: its stream (0 if none), bytes, and whether it ends the stream. */
    private int blockStream;

    private int blockBytes;
    private int blockFrames;
    private boolean blockEndsStream;

    private FrameReader(boolean fromClient, Http2Limits limits, FloodGuard guard) {
        this.fromClient = fromClient;
        this.limits = limits;
        this.guard = guard;
        this.state = fromClient ? State.PREFACE : State.HEAD;
    }

    /** Reads what a client sends, from its preface on. */
    public static FrameReader ofClient(Http2Limits limits, FloodGuard guard) {
        return new FrameReader(true, limits, guard);
    }

    /** Reads what a server sends. */
    public static FrameReader ofServer(Http2Limits limits, FloodGuard guard) {
        return new FrameReader(false, limits, guard);
    }

    /** Takes no further frame: {@link #read} drops everything from now on. */
    public void stop() {
        stopped = true;
        kept = new byte[0];
    }

    /**
     * Takes all readable bytes; does not release {@code in}.
     *
     * @return {@link ErrorCode#NONE}, or the error for which the connection has to end: then the
     *     reader has stopped
     */
    public int read(ByteBuf in, FrameHandler handler, long nowNanos) {
        int error = ErrorCode.NONE;
        while (error == ErrorCode.NONE && !stopped && (in.isReadable() || needsNothing())) {
            error =
                    switch (state) {
                        case PREFACE -> preface(in);
                        case HEAD -> head(in, nowNanos);
                        case PAD_LENGTH -> padLength(in);
                        case DATA -> data(in, handler);
                        case PADDING -> padding(in, handler);
                        case PAYLOAD -> payload(in, handler);
                        case SKIPPED -> skipped(in);
                    };
        }
        if (error != ErrorCode.NONE) {
            stop();
        }
        if (stopped) {
            in.skipBytes(in.readableBytes());
        }
        return error;
    }

    /** Whether the frame under way goes on without another byte. */
    private boolean needsNothing() {
        return switch (state) {
            case DATA, PAYLOAD, SKIPPED -> remaining == 0;
            case PADDING -> padding == 0;
            case PREFACE, HEAD, PAD_LENGTH -> false;
        };
    }

    private int preface(ByteBuf in) {
        while (in.isReadable()) {
            if (in.readByte() != PREFACE[keptEnd++]) {
                return ErrorCode.PROTOCOL_ERROR;
            }
            if (keptEnd == PREFACE.length) {
                keptEnd = 0;
                state = State.HEAD;
                break;
            }
        }
        return ErrorCode.NONE;
    }

    private int head(ByteBuf in, long nowNanos) {
        if (keptEnd == blockBytes && in.readableBytes() >= FrameType.HEAD_BYTES) {
            long first = in.readLong();
            return begin(first, in.readByte(), nowNanos);
        }
        if (!keep(in, blockBytes + FrameType.HEAD_BYTES)) {
            return ErrorCode.NONE;
        }
        long first = 0;
        for (int i = blockBytes; i < blockBytes + 8; i++) {
            first = first << 8 | (kept[i] & 0xff);
        }
        byte last = kept[blockBytes + 8];
        keptEnd = blockBytes;
        return begin(first, last, nowNanos);
    }

    /** Keeps bytes until there are so many; says whether there are. */
    private boolean keep(ByteBuf in, int wanted) {
        if (kept.length < wanted) {
            kept = Arrays.copyOf(kept, Math.max(wanted, 2 * kept.length));
        }
        int more = Math.min(wanted - keptEnd, in.readableBytes());
        in.readBytes(kept, keptEnd, more);
        keptEnd += more;
        return keptEnd == wanted;
    }

    // The head is 9 bytes: 24 bits of length, 8 of type, 8 of flags, 32 of stream.
    private int begin(long first, byte last, long nowNanos) {
        remaining = (int) (first >>> 40);
        type = (int) (first >>> 32) & 0xff;
        flags = (int) (first >>> 24) & 0xff;
        streamId = ((int) first << 8 | (last & 0xff)) & STREAM_ID;
        if (remaining > limits.frameBytesMax()) {
            return ErrorCode.FRAME_SIZE_ERROR;
        }
        if (!settingsSeen) {
            if (type != FrameType.SETTINGS || has(FrameType.ACK)) {
                return ErrorCode.PROTOCOL_ERROR;
            }
            settingsSeen = true;
        }
        boolean continues = type == FrameType.CONTINUATION;
        if (continues != (blockStream != 0) || (continues && streamId != blockStream)) {
            return ErrorCode.PROTOCOL_ERROR;
        }
        int error = begin();
        return error == ErrorCode.NONE ? guard.frame(type, flags, remaining, nowNanos) : error;
    }

    private boolean has(int flag) {
        return (flags & flag) != 0;
    }

    private int begin() {
        return switch (type) {
            case FrameType.DATA -> beginData();
            case FrameType.HEADERS, FrameType.CONTINUATION -> beginBlock();
            case FrameType.PRIORITY -> ofStream(State.PAYLOAD);
            case FrameType.RST_STREAM -> beginSized(4, true);
            case FrameType.SETTINGS -> beginSettings();
            case FrameType.PUSH_PROMISE -> ErrorCode.PROTOCOL_ERROR;
            case FrameType.PING -> beginSized(PING_BYTES, false);
            case FrameType.GOAWAY -> ofConnection(remaining >= 8);
            case FrameType.WINDOW_UPDATE ->
                    remaining == 4 ? to(State.PAYLOAD) : ErrorCode.FRAME_SIZE_ERROR;
            case FrameType.PRIORITY_UPDATE ->
                    fromClient ? ofConnection(remaining >= 4) : ErrorCode.PROTOCOL_ERROR;
            // RFC 9113 section 5.5
            default -> to(State.SKIPPED);
        };
    }

    private int to(State next) {
        state = next;
        return ErrorCode.NONE;
    }

    private int ofStream(State next) {
        return streamId == 0 ? ErrorCode.PROTOCOL_ERROR : to(next);
    }

    private int ofConnection(boolean sizeRight) {
        if (streamId != 0) {
            return ErrorCode.PROTOCOL_ERROR;
        }
        return sizeRight ? to(State.PAYLOAD) : ErrorCode.FRAME_SIZE_ERROR;
    }

    private int beginSized(int bytes, boolean ofStream) {
        if (ofStream == (streamId == 0)) {
            return ErrorCode.PROTOCOL_ERROR;
        }
        return remaining == bytes ? to(State.PAYLOAD) : ErrorCode.FRAME_SIZE_ERROR;
    }

    private int beginSettings() {
        return ofConnection(has(FrameType.ACK) ? remaining == 0 : remaining % SETTING_BYTES == 0);
    }

    private int beginData() {
        if (streamId == 0) {
            return ErrorCode.PROTOCOL_ERROR;
        }
        padding = 0;
        flowBytes = 0;
        if (!has(FrameType.PADDED)) {
            return to(State.DATA);
        }
        return remaining == 0 ? ErrorCode.FRAME_SIZE_ERROR : to(State.PAD_LENGTH);
    }

    private int padLength(ByteBuf in) {
        padding = in.readUnsignedByte();
        remaining -= 1 + padding;
        // Reported with the padding.
        flowBytes = 1;
        return remaining < 0 ? ErrorCode.PROTOCOL_ERROR : to(State.DATA);
    }

    private int data(ByteBuf in, FrameHandler handler) {
        int bytes = Math.min(in.readableBytes(), remaining);
        int next = in.readerIndex() + bytes;
        remaining -= bytes;
        boolean padded = has(FrameType.PADDED);
        boolean last = remaining == 0 && !padded;
        if (last) {
            state = State.HEAD;
        } else if (remaining == 0) {
            state = State.PADDING;
        }
        if (bytes > 0 || last) {
            handler.data(streamId, in, bytes, bytes, last && has(FrameType.END_STREAM));
            if (!stopped) {
                in.readerIndex(next);
            }
        }
        return ErrorCode.NONE;
    }

    private int padding(ByteBuf in, FrameHandler handler) {
        int bytes = Math.min(in.readableBytes(), padding);
        in.skipBytes(bytes);
        padding -= bytes;
        flowBytes += bytes;
        if (padding == 0) {
            state = State.HEAD;
            handler.data(streamId, in, 0, flowBytes, has(FrameType.END_STREAM));
        }
        return ErrorCode.NONE;
    }

    private int beginBlock() {
        if (streamId == 0) {
            return ErrorCode.PROTOCOL_ERROR;
        }
        if (type == FrameType.HEADERS) {
            blockBytes = 0;
            blockFrames = 0;
            blockEndsStream = has(FrameType.END_STREAM);
        } else if (++blockFrames > limits.continuationsMax()) {
            return ErrorCode.ENHANCE_YOUR_CALM;
        }
        if (blockBytes + remaining > limits.blockBytesMax()) {
            return ErrorCode.ENHANCE_YOUR_CALM;
        }
        blockStream = streamId;
        return to(State.PAYLOAD);
    }

    private int skipped(ByteBuf in) {
        int bytes = Math.min(in.readableBytes(), remaining);
        in.skipBytes(bytes);
        remaining -= bytes;
        return remaining == 0 ? to(State.HEAD) : ErrorCode.NONE;
    }

    private int payload(ByteBuf in, FrameHandler handler) {
        if (!keep(in, blockBytes + remaining)) {
            return ErrorCode.NONE;
        }
        state = State.HEAD;
        int from = blockBytes;
        int end = keptEnd;
        keptEnd = from;
        int error = payload(from, end, handler);
        if (keptEnd == 0 && kept.length > KEPT_BYTES_MAX) {
            kept = new byte[0];
        }
        return error;
    }

    private int payload(int from, int to, FrameHandler handler) {
        switch (type) {
            case FrameType.HEADERS, FrameType.CONTINUATION -> {
                return block(from, to, handler);
            }
            case FrameType.PRIORITY -> {
                return priority(from, to, handler);
            }
            case FrameType.RST_STREAM -> handler.reset(streamId, intAt(from));
            case FrameType.SETTINGS -> settings(from, to, handler);
            case FrameType.PING -> ping(from, handler);
            case FrameType.GOAWAY -> handler.goAway(intAt(from) & STREAM_ID, intAt(from + 4));
            case FrameType.WINDOW_UPDATE -> {
                return windowUpdate(intAt(from) & STREAM_ID, handler);
            }
            case FrameType.PRIORITY_UPDATE -> {
                return priorityUpdate(from, to, handler);
            }
            default -> throw new AssertionError(type);
        }
        return ErrorCode.NONE;
    }

    private int intAt(int at) {
        return kept[at] << 24
                | (kept[at + 1] & 0xff) << 16
                | (kept[at + 2] & 0xff) << 8
                | (kept[at + 3] & 0xff);
    }

    // RFC 9113 sections 6.2 and 6.10
    private int block(int from, int to, FrameHandler handler) {
        int start = from;
        int end = to;
        if (type == FrameType.HEADERS) {
            boolean padded = has(FrameType.PADDED);
            boolean prioritized = has(FrameType.WITH_PRIORITY);
            int extra = (padded ? 1 : 0) + (prioritized ? PRIORITY_BYTES : 0);
            if (end - start < extra) {
                return ErrorCode.FRAME_SIZE_ERROR;
            }
            int pad = padded ? kept[start++] & 0xff : 0;
            if (prioritized) {
                if (dependsOnItself(start)) {
                    return ErrorCode.PROTOCOL_ERROR;
                }
                start += PRIORITY_BYTES;
            }
            end -= pad;
            if (end < start) {
                return ErrorCode.PROTOCOL_ERROR;
            }
        }
        if (has(FrameType.END_HEADERS)) {
            // A block of one frame is used where it lies.
            int blockStart = from == 0 ? start : 0;
            blockStream = 0;
            blockBytes = 0;
            keptEnd = 0;
            handler.headers(streamId, kept, blockStart, end, blockEndsStream);
            return ErrorCode.NONE;
        }
        System.arraycopy(kept, start, kept, from, end - start);
        blockBytes = from + end - start;
        keptEnd = blockBytes;
        return ErrorCode.NONE;
    }

    // RFC 9113 section 5.3.2: priorities of this kind mean nothing any more, but must make sense.
    private int priority(int from, int to, FrameHandler handler) {
        if (to - from != PRIORITY_BYTES) {
            handler.streamError(streamId, ErrorCode.FRAME_SIZE_ERROR);
            return ErrorCode.NONE;
        }
        return dependsOnItself(from) ? ErrorCode.PROTOCOL_ERROR : ErrorCode.NONE;
    }

    private boolean dependsOnItself(int at) {
        return (intAt(at) & STREAM_ID) == streamId;
    }

    private void settings(int from, int to, FrameHandler handler) {
        if (has(FrameType.ACK)) {
            handler.settingsAcknowledged();
        } else {
            handler.settings(kept, from, to);
        }
    }

    private void ping(int from, FrameHandler handler) {
        long payload = (long) intAt(from) << 32 | (intAt(from + 4) & 0xffff_ffffL);
        if (has(FrameType.ACK)) {
            handler.pingAcknowledged(payload);
        } else {
            handler.ping(payload);
        }
    }

    private int windowUpdate(int increment, FrameHandler handler) {
        if (increment > 0) {
            handler.windowUpdate(streamId, increment);
            return ErrorCode.NONE;
        }
        if (streamId == 0) {
            return ErrorCode.PROTOCOL_ERROR;
        }
        handler.streamError(streamId, ErrorCode.PROTOCOL_ERROR);
        return ErrorCode.NONE;
    }

    // RFC 9218 section 7.1
    private int priorityUpdate(int from, int to, FrameHandler handler) {
        int prioritized = intAt(from) & STREAM_ID;
        if (prioritized == 0) {
            return ErrorCode.PROTOCOL_ERROR;
        }
        handler.priorityUpdate(prioritized, kept, from + 4, to);
        return ErrorCode.NONE;
    }
}
