package io.sluice.dataplane.l7.stream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.sluice.dataplane.l7.message.Fields;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;

/**
 * The part of a body that its receiver does not take yet, and its end if that is known. Holds about
 * as much memory as bytes: small pieces are copied together.
 */
final class WaitingBody {
    private static final int SMALL_BYTES_MAX = 1024;
    private static final int JOINED_BYTES = 4096;

    private final ByteBufAllocator allocator;

    /** Most bodies never wait. */
    private @Nullable ArrayDeque<ByteBuf> pieces;

    // The last of the pieces, if it is this object's own and may grow.
    private @Nullable ByteBuf joined;
    private int bytes;
    private boolean ended;
    private @Nullable Fields trailers;

    WaitingBody(ByteBufAllocator allocator) {
        this.allocator = allocator;
    }

    /** Whether nothing waits, not even the end. */
    boolean isEmpty() {
        return bytes == 0 && !ended;
    }

    int bytes() {
        return bytes;
    }

    /** Takes over {@code piece}. */
    void add(ByteBuf piece, boolean last) {
        int length = piece.readableBytes();
        bytes += length;
        ended = last;
        if (length > SMALL_BYTES_MAX) {
            joined = null;
            pieces().add(piece);
            return;
        }
        ByteBuf into = joined;
        if (length > 0) {
            if (into == null || into.writableBytes() < length) {
                into = allocator.ioBuffer(JOINED_BYTES, JOINED_BYTES);
                joined = into;
                pieces().add(into);
            }
            into.writeBytes(piece);
        }
        piece.release();
    }

    private ArrayDeque<ByteBuf> pieces() {
        ArrayDeque<ByteBuf> known = pieces;
        if (known == null) {
            known = new ArrayDeque<>();
            pieces = known;
        }
        return known;
    }

    /** The body ends. */
    void end(@Nullable Fields last) {
        ended = true;
        trailers = last == null ? null : last.copy();
    }

    /** Whether nothing follows what waits. */
    boolean ended() {
        return ended;
    }

    /** What follows the last byte; null if nothing does. */
    @Nullable Fields trailers() {
        return trailers;
    }

    /** How many bytes {@link #take} can give in one piece. */
    int nextBytes() {
        return bytes == 0 ? 0 : pieces().element().readableBytes();
    }

    /** Takes out the next bytes, no more than {@link #nextBytes}; the caller releases them. */
    ByteBuf take(int length) {
        ArrayDeque<ByteBuf> waiting = pieces();
        ByteBuf first = waiting.element();
        bytes -= length;
        if (length < first.readableBytes()) {
            return first.readRetainedSlice(length);
        }
        waiting.remove();
        if (waiting.isEmpty()) {
            joined = null;
        }
        return first;
    }

    /** The end was taken as well: ready for another body. */
    void clear() {
        assert bytes == 0;
        ended = false;
        trailers = null;
    }

    /** Drops everything; returns how many bytes that was. */
    int drop() {
        if (isEmpty()) {
            // Of most streams: nothing further of this is touched.
            return 0;
        }
        int dropped = bytes;
        if (dropped > 0) {
            pieces().forEach(ByteBuf::release);
            pieces().clear();
        }
        joined = null;
        bytes = 0;
        clear();
        return dropped;
    }
}
