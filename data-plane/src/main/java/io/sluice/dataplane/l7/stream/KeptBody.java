package io.sluice.dataplane.l7.stream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.sluice.dataplane.l7.message.Fields;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.Arrays;

/**
 * What was sent of a request body, kept up to a bound in case it has to be sent again. A small one,
 * as of most calls of gRPC, is copied, so that what it was read into is free for the next read.
 */
final class KeptBody {
    private static final int BYTES_MAX = 64 * 1024;

    /** Each holds the memory of a read: small ones are not worth more of them. */
    private static final int PIECES_MAX = 64;

    /** At the beginning of a body, copied. */
    private static final int COPIED_BYTES_MAX = 1024;

    private byte[] copied = new byte[0];
    private int copiedBytes;

    /** What follows that; few bodies have so much. */
    private @Nullable ArrayDeque<ByteBuf> pieces;

    private @Nullable Fields trailers;
    private int bytes;
    private boolean complete;

    /** Starts on a body. */
    void start() {
        drop();
        complete = true;
    }

    /** Whether everything added since the start is here. */
    boolean complete() {
        return complete;
    }

    /** A piece is about to be sent; it stays the caller's. */
    void add(ByteBuf piece) {
        if (!complete) {
            return;
        }
        bytes += piece.readableBytes();
        if (bytes == copiedBytes + piece.readableBytes() && bytes <= COPIED_BYTES_MAX) {
            copy(piece);
        } else {
            keep(piece);
        }
    }

    private void copy(ByteBuf piece) {
        if (copied.length < bytes) {
            copied = Arrays.copyOf(copied, Math.max(bytes, COPIED_BYTES_MAX / 4));
        }
        piece.getBytes(piece.readerIndex(), copied, copiedBytes, bytes - copiedBytes);
        copiedBytes = bytes;
    }

    private void keep(ByteBuf piece) {
        ArrayDeque<ByteBuf> known = pieces;
        if (known == null) {
            known = new ArrayDeque<>();
            pieces = known;
        }
        if (bytes > BYTES_MAX || known.size() == PIECES_MAX) {
            drop();
            return;
        }
        if (piece.isReadable()) {
            known.add(piece.retainedDuplicate());
        }
    }

    void end(@Nullable Fields last) {
        trailers = complete && last != null ? last.copy() : null;
    }

    /**
     * Sends it again.
     *
     * @param ended whether the body is complete with that
     */
    void send(UpstreamExchange exchange, boolean ended) {
        if (copiedBytes > 0) {
            exchange.body(Unpooled.copiedBuffer(copied, 0, copiedBytes), false);
        }
        if (pieces != null) {
            for (ByteBuf piece : pieces) {
                exchange.body(piece.retainedDuplicate(), false);
            }
        }
        if (ended) {
            exchange.end(trailers);
        }
    }

    void drop() {
        if (pieces != null) {
            pieces.forEach(ByteBuf::release);
            pieces.clear();
        }
        copiedBytes = 0;
        trailers = null;
        bytes = 0;
        complete = false;
    }
}
