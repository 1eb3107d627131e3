package io.sluice.dataplane.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

import org.jspecify.annotations.Nullable;

/**
 * The buffer that a loop's large and short-lived reads go into, one after the other. Who was lent
 * it and still holds it, or a slice of it, keeps it; the next one gets a new one. Of its loop's
 * thread.
 */
final class SharedReadBuffer {
    /** More than 64 KiB, so that a body of that size and its head come in one read. */
    static final int BYTES = 128 * 1024;

    private @Nullable ByteBuf buffer;

    /** Whether {@link #lend} needs no new buffer. */
    boolean free() {
        ByteBuf known = buffer;
        return known == null || known.refCnt() == 1;
    }

    /** An empty buffer, to be released by whoever reads into it. */
    ByteBuf lend(ByteBufAllocator allocator) {
        ByteBuf known = buffer;
        if (known != null && known.refCnt() == 1) {
            return known.clear().retain();
        }
        if (known != null) {
            known.release();
        }
        ByteBuf fresh = allocator.directBuffer(BYTES, BYTES);
        buffer = fresh;
        return fresh.retain();
    }

    void close() {
        ByteBuf known = buffer;
        if (known != null) {
            buffer = null;
            known.release();
        }
    }
}
