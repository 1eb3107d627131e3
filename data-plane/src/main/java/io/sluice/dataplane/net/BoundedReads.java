package io.sluice.dataplane.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.ChannelConfig;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;

import org.jspecify.annotations.Nullable;

/**
 * Read buffers for a socket whose reading can be paused. Every socket of the data path has one.
 *
 * <p>Netty's epoll transport, once the peer has ended its side, reads all that is left, paused or
 * not: as much as the kernel holds, megabytes per connection for a client that reads slowly. The
 * one place where it can be stopped is when it asks for a buffer, and only by an exception, which
 * it passes to the pipeline; so handlers ignore {@link #isPause}. At most one buffer is read from a
 * paused socket.
 */
public final class BoundedReads implements RecvByteBufAllocator {
    /** Bytes of one read at most. */
    public static final int READ_BYTES_MAX = 64 * 1024;

    /** For the options of every socket; each gets a handle of its own from it. */
    public static final BoundedReads INSTANCE = new BoundedReads();

    private static final RecvByteBufAllocator SIZES =
            new AdaptiveRecvByteBufAllocator(64, 2048, READ_BYTES_MAX);

    private static final Paused PAUSED = new Paused();

    private static final class Paused extends RuntimeException {
        Paused() {
            super("reading is paused", null, false, false);
        }
    }

    private BoundedReads() {}

    /** Whether an exception only says that reading stopped where it was paused. */
    public static boolean isPause(Throwable cause) {
        return cause == PAUSED;
    }

    @Override
    public ExtendedHandle newHandle() {
        return new PausingHandle((ExtendedHandle) SIZES.newHandle());
    }

    private static final class PausingHandle extends DelegatingHandle implements ExtendedHandle {
        private final ExtendedHandle sizes;
        private @Nullable ChannelConfig config;
        private boolean begun;

        PausingHandle(ExtendedHandle sizes) {
            super(sizes);
            this.sizes = sizes;
        }

        @Override
        public void reset(ChannelConfig socket) {
            config = socket;
            begun = false;
            super.reset(socket);
        }

        @Override
        public ByteBuf allocate(ByteBufAllocator allocator) {
            ChannelConfig socket = config;
            if (begun && socket != null && !socket.isAutoRead()) {
                throw PAUSED;
            }
            begun = true;
            return super.allocate(allocator);
        }

        @Override
        public boolean continueReading(UncheckedBooleanSupplier maybeMoreData) {
            return sizes.continueReading(maybeMoreData);
        }
    }
}
