package io.sluice.dataplane.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

import org.jspecify.annotations.Nullable;

/**
 * Datagrams to one peer in a row, all of one size but the last, which may be shorter: Linux takes
 * them as one and cuts them up again (UDP_SEGMENT). Of its loop's thread.
 */
final class SegmentRun {
    /** That the kernel takes at once (UDP_MAX_SEGMENTS; newer ones take more). */
    static final int SEGMENTS_MAX = 64;

    /** Bytes that it takes at once: a datagram's over IPv4. */
    static final int BYTES_MAX = 65_507;

    private @Nullable ByteBuf bytes;
    private int segmentBytes;
    private int count;
    private boolean complete;

    /** As the run before, so that neither much is copied again nor room kept for nothing. */
    private int expected = 1;

    boolean isEmpty() {
        return bytes == null;
    }

    int count() {
        return count;
    }

    int segmentBytes() {
        return segmentBytes;
    }

    /**
     * Begins one with a copy of this datagram, which is not empty; the one before was taken.
     *
     * @param alone whether no other one may follow
     */
    void begin(ByteBufAllocator allocator, ByteBuf datagram, boolean alone) {
        assert bytes == null;
        int length = datagram.readableBytes();
        int bytesMax = Math.max(BYTES_MAX, length);
        int room = alone ? length : Math.min(bytesMax, expected * length);
        ByteBuf fresh = allocator.directBuffer(room, bytesMax);
        fresh.writeBytes(datagram, datagram.readerIndex(), length);
        bytes = fresh;
        segmentBytes = length;
        count = 1;
        complete = alone;
    }

    /**
     * Adds a copy.
     *
     * @return false if it cannot be one of this run, or there is none
     */
    boolean add(ByteBuf datagram) {
        ByteBuf before = bytes;
        int length = datagram.readableBytes();
        if (before == null
                || complete
                || length > segmentBytes
                || length == 0
                || count == SEGMENTS_MAX
                || before.readableBytes() + length > BYTES_MAX) {
            return false;
        }
        before.writeBytes(datagram, datagram.readerIndex(), length);
        count++;
        complete = length < segmentBytes;
        return true;
    }

    /** Ends it; the bytes are the caller's to release. */
    ByteBuf take() {
        ByteBuf taken = bytes;
        if (taken == null) {
            throw new IllegalStateException("there is none");
        }
        bytes = null;
        expected = count;
        return taken;
    }
}
