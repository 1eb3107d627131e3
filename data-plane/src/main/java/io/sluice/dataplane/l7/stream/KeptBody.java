package io.sluice.dataplane.l7.stream;

import io.netty.buffer.ByteBuf;
import io.sluice.dataplane.l7.message.Fields;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;

/** What was sent of a request body, kept up to a bound in case it has to be sent again. */
final class KeptBody {
    private static final int BYTES_MAX = 64 * 1024;

    /** Each holds the memory of a read: small ones are not worth more of them. */
    private static final int PIECES_MAX = 64;

    private final ArrayDeque<ByteBuf> pieces = new ArrayDeque<>();
    private @Nullable Fields trailers;
    private int bytes;
    private boolean complete;

    /** Starts on a body, to be kept or not. */
    void start(boolean keep) {
        drop();
        complete = keep;
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
        if (bytes > BYTES_MAX || pieces.size() == PIECES_MAX) {
            drop();
            return;
        }
        if (piece.isReadable()) {
            pieces.add(piece.retainedDuplicate());
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
        for (ByteBuf piece : pieces) {
            exchange.body(piece.retainedDuplicate(), false);
        }
        if (ended) {
            exchange.end(trailers);
        }
    }

    void drop() {
        for (ByteBuf piece = pieces.poll(); piece != null; piece = pieces.poll()) {
            piece.release();
        }
        trailers = null;
        bytes = 0;
        complete = false;
    }
}
