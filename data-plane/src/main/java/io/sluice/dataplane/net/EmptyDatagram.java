package io.sluice.dataplane.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/** Where a datagram without a byte lies. */
final class EmptyDatagram {
    private static final ByteBuf BYTES = Unpooled.unreleasableBuffer(Unpooled.directBuffer(1, 1));

    static final long ADDRESS = BYTES.memoryAddress();

    private EmptyDatagram() {}
}
