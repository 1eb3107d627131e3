package io.sluice.dataplane.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

import java.util.ArrayDeque;
import java.util.function.Consumer;

/**
 * The datagrams of one UDP session, one way, under a limit of bytes: those beyond it wait in their
 * order until they may pass, as many as there is room for; what comes then is dropped. Of its
 * loop's thread.
 */
public final class ShapedDatagrams {
    /** Datagrams that wait. */
    static final int COUNT_MAX = 256;

    /** Bytes that wait. */
    static final int BYTES_MAX = 256 * 1024;

    /** What one that waits takes besides its bytes: small ones are mostly that. */
    static final int OVERHEAD_BYTES = 256;

    /** What all sessions of a listener let wait on one loop, overheads counted. */
    public static final class Budget {
        static final int BYTES_MAX = 16 * 1024 * 1024;

        private int left = BYTES_MAX;
    }

    private final Shaper shaper;
    private final Budget budget;
    private final Consumer<ByteBuf> pass;
    private final Runnable goOn = this::goOn;
    private final ArrayDeque<ByteBuf> waiting = new ArrayDeque<>();
    private int waitingBytes;

    /**
     * @param pass takes each when it may pass; valid within the call
     */
    ShapedDatagrams(Shaper shaper, Budget budget, Consumer<ByteBuf> pass) {
        this.shaper = shaper;
        this.budget = budget;
        this.pass = pass;
    }

    /**
     * Passes it now, or keeps a copy for later.
     *
     * @return false if it is dropped
     */
    public boolean offer(ByteBuf datagram) {
        int bytes = datagram.readableBytes();
        if (waiting.isEmpty() && shaper.allowance() > 0) {
            shaper.passed(bytes);
            pass.accept(datagram);
            return true;
        }
        if (waiting.size() == COUNT_MAX
                || waitingBytes + bytes > BYTES_MAX
                || bytes + OVERHEAD_BYTES > budget.left) {
            return false;
        }
        ByteBuf copy = ByteBufAllocator.DEFAULT.directBuffer(Math.max(1, bytes));
        copy.writeBytes(datagram, datagram.readerIndex(), bytes);
        waiting.add(copy);
        waitingBytes += bytes;
        budget.left -= bytes + OVERHEAD_BYTES;
        if (waiting.size() == 1) {
            shaper.await(goOn);
        }
        return true;
    }

    private void goOn() {
        while (shaper.allowance() > 0) {
            ByteBuf next = waiting.poll();
            if (next == null) {
                return;
            }
            int bytes = next.readableBytes();
            waitingBytes -= bytes;
            budget.left += bytes + OVERHEAD_BYTES;
            shaper.passed(bytes);
            try {
                pass.accept(next);
            } finally {
                next.release();
            }
        }
        if (!waiting.isEmpty()) {
            shaper.await(goOn);
        }
    }

    /** How many wait. */
    public int waiting() {
        return waiting.size();
    }

    /** Nothing passes any more; those that wait are gone. */
    void stop() {
        budget.left += waitingBytes + waiting.size() * OVERHEAD_BYTES;
        waitingBytes = 0;
        waiting.forEach(ByteBuf::release);
        waiting.clear();
    }
}
