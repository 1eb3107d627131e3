package io.sluice.dataplane.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.unix.Buffer;

import java.nio.ByteBuffer;

/** Where a loop reads what it passes on within the same event. Of its loop's thread. */
final class ReceiveBuffer {
    static final int BYTES = 64 * 1024;

    private final ByteBuffer bytes = ByteBuffer.allocateDirect(BYTES);
    private final long address = Buffer.memoryAddress(bytes);

    long address() {
        return address;
    }

    /** A copy of a part; the caller releases it. */
    ByteBuf copy(ByteBufAllocator allocator, int from, int to) {
        ByteBuf copy = allocator.directBuffer(to - from);
        bytes.limit(to).position(from);
        copy.writeBytes(bytes);
        bytes.clear();
        return copy;
    }
}
