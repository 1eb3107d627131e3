package io.sluice.dataplane.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelConfig;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;

/**
 * How much one connection reads at a time, and where to. The size follows what came before, since
 * whoever holds the bytes holds the buffer; the largest reads go into a buffer that the loop's
 * connections share, so that a body on its way costs no allocation. Of its loop's thread.
 */
final class TcpReads implements RecvByteBufAllocator, RecvByteBufAllocator.ExtendedHandle {
    private static final int BYTES_FIRST = 2048;
    private static final int BYTES_MIN = 512;
    private static final int BYTES_OF_HEAD = 4096;
    private static final int GROWTH = 16;

    /** Reads in a row of one connection, before others get their turn. */
    private static final int READS_MAX = 16;

    private final TcpChannel channel;
    private int bytes = BYTES_FIRST;
    private boolean mayShrink;
    private boolean shortLived;
    private int reads;
    private int total;
    private int attempted;
    private int last;
    private boolean paused;
    private ChannelConfig config;

    TcpReads(TcpChannel channel, ChannelConfig config) {
        this.channel = channel;
        this.config = config;
    }

    @Override
    @SuppressWarnings("deprecation") // Netty's signature.
    public Handle newHandle() {
        return this;
    }

    @Override
    public void reset(ChannelConfig current) {
        config = current;
        reads = 0;
        total = 0;
        paused = false;
    }

    /**
     * Ends the event under way with this read; someone else takes what follows. What comes after
     * that begins with the head of a message, and its body is better left in the socket.
     */
    void pause() {
        paused = true;
        bytes = BYTES_OF_HEAD;
    }

    /** See {@link ShortLivedReads}. */
    void shortLived() {
        shortLived = true;
    }

    @Override
    public ByteBuf allocate(ByteBufAllocator allocator) {
        if (bytes == SharedReadBuffer.BYTES || (shortLived && channel.sharedReadBuffer().free())) {
            return channel.sharedReadBuffer().lend(allocator);
        }
        return allocator.ioBuffer(bytes);
    }

    @Override
    public int guess() {
        return bytes;
    }

    @Override
    public void incMessagesRead(int count) {
        reads += count;
    }

    @Override
    public void lastBytesRead(int count) {
        last = count;
        if (count <= 0) {
            return;
        }
        total += count;
        if (count == attempted && count >= bytes) {
            bytes = Math.min(SharedReadBuffer.BYTES, GROWTH * bytes);
        }
    }

    @Override
    public int lastBytesRead() {
        return last;
    }

    @Override
    public void attemptedBytesRead(int count) {
        attempted = count;
    }

    @Override
    public int attemptedBytesRead() {
        return attempted;
    }

    @Override
    public boolean continueReading() {
        return last == attempted && goOn();
    }

    @Override
    public boolean continueReading(UncheckedBooleanSupplier maybeMore) {
        return maybeMore.get() && goOn();
    }

    private boolean goOn() {
        return !paused && reads < READS_MAX && total > 0 && config.isAutoRead();
    }

    /** The event is over; two in a row with little make the next reads smaller. */
    @Override
    public void readComplete() {
        boolean little = !paused && total < bytes / 4;
        if (little && mayShrink) {
            bytes = Math.max(BYTES_MIN, bytes / 4);
        }
        mayShrink = little && !mayShrink;
    }
}
