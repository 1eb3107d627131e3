package io.sluice.dataplane.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelConfig;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;

import org.jspecify.annotations.Nullable;

/**
 * Where the datagram sockets of one loop receive: one buffer for all of them, with room for the
 * largest datagram in each slot. What was read is valid until control returns to the socket;
 * whoever wants to keep it copies it. Of its loop's thread.
 *
 * <p>Each socket asks the kernel for as many datagrams at once as it lately got. Receive offload
 * (UDP_GRO) is not used: Netty's recvmmsg gives the kernel no room for control messages, so that
 * nobody could tell at which size to split what was merged.
 */
final class DatagramReads implements RecvByteBufAllocator {
    /**
     * More than the largest datagram, and no power of two: slots at distances of 64 KiB would share
     * the same lines of the processor's caches.
     */
    static final int SLOT_BYTES = 65_536 + 832;

    private static final int SLOTS_MIN = 2;
    private static final int SLOTS_MAX = 32;

    /** Read from one socket before the others have their turn. */
    private static final int DATAGRAMS_PER_TURN_MAX = 256;

    private @Nullable ByteBuf shared;

    @Override
    @SuppressWarnings("deprecation") // What Netty's channels cast to.
    public Handle newHandle() {
        return new SocketHandle();
    }

    /** A slot for one datagram, empty. */
    ByteBuf slot() {
        return buffer(ByteBufAllocator.DEFAULT).clear();
    }

    private ByteBuf buffer(ByteBufAllocator allocator) {
        ByteBuf buffer = shared;
        if (buffer == null) {
            buffer = allocator.directBuffer(SLOTS_MAX * SLOT_BYTES, SLOTS_MAX * SLOT_BYTES);
            shared = buffer;
        }
        return buffer;
    }

    private ByteBuf slots(ByteBufAllocator allocator, int slots) {
        ByteBuf buffer = buffer(allocator);
        if (buffer.refCnt() != 1) {
            // Somebody still holds what was read before.
            return allocator.directBuffer(slots * SLOT_BYTES, slots * SLOT_BYTES);
        }
        int start = (SLOTS_MAX - slots) * SLOT_BYTES;
        return buffer.setIndex(start, start).retain();
    }

    /** Once no socket of the loop is left. */
    void close() {
        ByteBuf buffer = shared;
        if (buffer != null) {
            shared = null;
            buffer.release();
        }
    }

    private final class SocketHandle implements ExtendedHandle {
        private int slots = SLOTS_MIN;
        private int attemptedBytes;
        private int lastBytes;
        private int lastDatagrams;
        private int datagrams;

        @Override
        public ByteBuf allocate(ByteBufAllocator allocator) {
            lastDatagrams = 0;
            return slots(allocator, slots);
        }

        @Override
        public int guess() {
            return slots * SLOT_BYTES;
        }

        @Override
        public void reset(ChannelConfig config) {
            datagrams = 0;
        }

        @Override
        public void incMessagesRead(int count) {
            lastDatagrams = count;
            datagrams += count;
        }

        @Override
        public void lastBytesRead(int bytes) {
            lastBytes = bytes;
        }

        @Override
        public int lastBytesRead() {
            return lastBytes;
        }

        @Override
        public void attemptedBytesRead(int bytes) {
            attemptedBytes = bytes;
        }

        @Override
        public int attemptedBytesRead() {
            return attemptedBytes;
        }

        @Override
        public boolean continueReading() {
            boolean full = lastDatagrams >= slots;
            if (full) {
                slots = Math.min(2 * slots, SLOTS_MAX);
            } else if (lastDatagrams <= slots / 4) {
                slots = Math.max(slots / 2, SLOTS_MIN);
            }
            return full && datagrams < DATAGRAMS_PER_TURN_MAX;
        }

        @Override
        public boolean continueReading(UncheckedBooleanSupplier maybeMore) {
            return continueReading();
        }

        @Override
        public void readComplete() {}
    }
}
