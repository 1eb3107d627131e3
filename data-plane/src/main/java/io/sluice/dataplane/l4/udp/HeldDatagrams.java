package io.sluice.dataplane.l4.udp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

import java.util.ArrayList;
import java.util.List;

/**
 * The datagrams of a session that no endpoint has answered yet, so that they can go to another one.
 * Bounded: what a client sends without an answer is mostly a repetition.
 */
final class HeldDatagrams {
    /** Datagrams kept. */
    static final int COUNT_MAX = 4;

    /** Bytes kept, over all of them. */
    static final int BYTES_MAX = 8 * 1024;

    /** What all sessions of a listener hold on one loop. */
    static final class Budget {
        static final int BYTES_MAX = 16 * 1024 * 1024;

        private int left = BYTES_MAX;

        private boolean take(int bytes) {
            if (bytes > left) {
                return false;
            }
            left -= bytes;
            return true;
        }

        private void giveBack(int bytes) {
            left += bytes;
        }
    }

    private final Budget budget;
    private List<ByteBuf> datagrams = List.of();
    private int bytes;

    HeldDatagrams(Budget budget) {
        this.budget = budget;
    }

    /**
     * Keeps a copy.
     *
     * @return whether there was room
     */
    boolean add(ByteBuf datagram) {
        int length = datagram.readableBytes();
        boolean full = datagrams.size() == COUNT_MAX || bytes + length > BYTES_MAX;
        if (full || !budget.take(length)) {
            return false;
        }
        if (datagrams.isEmpty()) {
            datagrams = new ArrayList<>(1);
        }
        ByteBuf copy = ByteBufAllocator.DEFAULT.directBuffer(length);
        copy.writeBytes(datagram, datagram.readerIndex(), length);
        bytes += length;
        return datagrams.add(copy);
    }

    int count() {
        return datagrams.size();
    }

    ByteBuf get(int index) {
        return datagrams.get(index);
    }

    void clear() {
        datagrams.forEach(ByteBuf::release);
        datagrams = List.of();
        budget.giveBack(bytes);
        bytes = 0;
    }
}
