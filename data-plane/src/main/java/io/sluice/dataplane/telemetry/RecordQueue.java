package io.sluice.dataplane.telemetry;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * A bounded queue from many event loops to one writer. {@link #offer} never waits and allocates
 * nothing.
 *
 * <p>A ring: producers claim a slot by advancing the tail, then publish into it; the consumer stops
 * at a slot that is claimed but not yet published.
 */
final class RecordQueue<T> {
    private final AtomicReferenceArray<@Nullable T> slots;
    private final int mask;
    private final AtomicLong head = new AtomicLong();
    private final AtomicLong tail = new AtomicLong();

    /**
     * @param capacity rounded up to a power of two
     */
    RecordQueue(int capacity) {
        int size = Math.max(2, Integer.highestOneBit(Math.max(1, capacity - 1)) << 1);
        this.slots = new AtomicReferenceArray<>(size);
        this.mask = size - 1;
    }

    /** Any thread; false when there is no room. */
    boolean offer(T element) {
        long at = tail.get();
        while (at - head.get() <= mask) {
            if (tail.compareAndSet(at, at + 1)) {
                slots.setRelease((int) at & mask, element);
                return true;
            }
            at = tail.get();
        }
        return false;
    }

    /** The writer only; null when nothing is there. */
    @Nullable T poll() {
        long at = head.getPlain();
        int slot = (int) at & mask;
        T element = slots.getAcquire(slot);
        if (element == null) {
            return null;
        }
        slots.setRelease(slot, null);
        head.setRelease(at + 1);
        return element;
    }

    /** Elements in it, roughly. */
    int size() {
        return (int) (tail.get() - head.get());
    }

    int capacity() {
        return mask + 1;
    }
}
