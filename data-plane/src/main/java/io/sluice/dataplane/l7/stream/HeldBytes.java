package io.sluice.dataplane.l7.stream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.sluice.dataplane.l7.codec.BodyDecoder;
import io.sluice.dataplane.l7.message.BodyLength;

import org.jspecify.annotations.Nullable;

import java.util.Objects;

/**
 * Bytes of one direction that were read and not yet passed on: part of a head, the next request, or
 * a body held back. Its owner stops reading while it holds bytes that it cannot use, so that it
 * never holds more than a head and one read.
 */
final class HeldBytes {
    private final ByteBufAllocator allocator;
    private @Nullable ByteBuf bytes;

    // Whether nobody else sees the buffer, so that it may grow.
    private boolean own;

    // Bytes of an incomplete head that were looked at, and the size at which it is parsed anew in
    // any case.
    private int scanned;
    private int parseAgainAt;

    HeldBytes(ByteBufAllocator allocator) {
        this.allocator = allocator;
    }

    boolean isEmpty() {
        return bytes == null;
    }

    int readableBytes() {
        return bytes == null ? 0 : bytes.readableBytes();
    }

    /** The bytes; not to be called when empty. */
    ByteBuf bytes() {
        return Objects.requireNonNull(bytes);
    }

    /** Takes over {@code more}. */
    void add(ByteBuf more) {
        ByteBuf held = bytes;
        if (held == null) {
            if (more.isReadable()) {
                bytes = more;
                own = false;
            } else {
                more.release();
            }
            return;
        }
        int length = more.readableBytes();
        if (!own || held.writableBytes() < length) {
            ByteBuf larger = allocator.ioBuffer(2 * (held.readableBytes() + length));
            larger.writeBytes(held);
            held.release();
            held = larger;
            bytes = larger;
            own = true;
        }
        held.writeBytes(more);
        more.release();
    }

    /**
     * Whether parsing the head is likely to end; each byte is looked at a bounded number of times.
     */
    boolean worthParsing() {
        int readable = readableBytes();
        boolean first = scanned == 0;
        boolean worth = first || readable >= parseAgainAt || endsHead();
        scanned = readable;
        if (worth) {
            parseAgainAt = 2 * readable;
        }
        return worth;
    }

    private boolean endsHead() {
        ByteBuf held = bytes();
        int start = held.readerIndex();
        for (int i = start + Math.max(scanned, 2); i < held.writerIndex(); i++) {
            if (held.getByte(i) == '\n'
                    && (held.getByte(i - 1) == '\n' || held.getByte(i - 2) == '\n')) {
                return true;
            }
        }
        return false;
    }

    /** Copies the first bytes to the start of {@code target}, without taking them. */
    void copy(byte[] target, int length) {
        ByteBuf held = bytes();
        held.getBytes(held.readerIndex(), target, 0, length);
    }

    /** Drops the first bytes. */
    void skip(int length) {
        ByteBuf held = bytes();
        held.skipBytes(length);
        scanned = 0;
        if (!held.isReadable()) {
            held.release();
            bytes = null;
        }
    }

    /** Takes the first bytes out; the caller releases them. */
    ByteBuf take(int length) {
        ByteBuf held = bytes();
        scanned = 0;
        if (length == held.readableBytes()) {
            bytes = null;
            return held;
        }
        own = false;
        return held.readRetainedSlice(length);
    }

    /**
     * Takes out what belongs to a body that is not done.
     *
     * @return it in that form, maybe empty, to be released by the caller; null if it is bad
     */
    @Nullable ByteBuf takeBody(BodyDecoder decoder, BodyForm form) {
        ByteBuf held = bytes();
        if (form == BodyForm.CHUNKS || decoder.length() != BodyLength.CHUNKED) {
            int taken = decoder.take(held);
            return taken < 0 ? null : checked(decoder, take(taken));
        }
        ByteBuf content = allocator.ioBuffer(held.readableBytes());
        int taken = decoder.take(held, content);
        if (taken < 0) {
            content.release();
            return null;
        }
        skip(taken);
        return content;
    }

    // No trailer passes before all of them were seen.
    private ByteBuf checked(BodyDecoder decoder, ByteBuf taken) {
        taken.writerIndex(taken.writerIndex() - decoder.withheld());
        int before = decoder.withheldBefore();
        if (before == 0) {
            return taken;
        }
        ByteBuf whole = allocator.ioBuffer(before + taken.readableBytes());
        decoder.writeWithheldBefore(whole);
        whole.writeBytes(taken);
        taken.release();
        return whole;
    }

    /** Takes everything out; null if there is nothing. */
    @Nullable ByteBuf takeAll() {
        ByteBuf held = bytes;
        bytes = null;
        scanned = 0;
        return held;
    }

    void release() {
        ByteBuf held = takeAll();
        if (held != null) {
            held.release();
        }
    }
}
