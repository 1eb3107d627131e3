package io.sluice.dataplane.net;

import io.netty.util.internal.PlatformDependent;

import org.jspecify.annotations.Nullable;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;

/**
 * How full direct memory, where buffers are, and the heap's old generation are. What is in the
 * latter may be garbage: that is found out by the collection that comes before it is full. Once it
 * was found full the next one may be long in coming, so it is asked for where somebody waits.
 */
public final class ProcessMemory implements MemoryUse {
    /** From one collection that is asked for to the next: each stops the process for a moment. */
    static final long COLLECT_NANOS = 30_000_000_000L;

    private static final int PERCENT = 100;

    private final IntSupplier direct;
    private final IntSupplier heap;
    private final LongSupplier clockNanos;
    private final Runnable collect;
    private final AtomicBoolean asked = new AtomicBoolean();
    private final AtomicLong askedNanos = new AtomicLong();

    /** That of this process. */
    public ProcessMemory() {
        this(
                () ->
                        share(
                                PlatformDependent.usedDirectMemory(),
                                PlatformDependent.maxDirectMemory()),
                heapOf(oldGeneration()),
                System::nanoTime,
                // Its caller would wait for the end of it.
                () -> Thread.ofPlatform().daemon().name("collect").start(System::gc));
    }

    /**
     * @param direct percent in use
     * @param heap the same as of the last full collection
     * @param collect begins another one
     */
    ProcessMemory(IntSupplier direct, IntSupplier heap, LongSupplier clockNanos, Runnable collect) {
        this.direct = direct;
        this.heap = heap;
        this.clockNanos = clockNanos;
        this.collect = collect;
    }

    private static @Nullable MemoryPoolMXBean oldGeneration() {
        for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
            boolean collected = pool.getType() == MemoryType.HEAP;
            if (collected && pool.isCollectionUsageThresholdSupported() && isOld(pool.getName())) {
                return pool;
            }
        }
        return null;
    }

    // Tenured Gen, PS Old Gen, G1 Old Gen; collectors without generations have none.
    private static boolean isOld(String name) {
        return name.contains("Tenured") || name.contains("Old");
    }

    private static IntSupplier heapOf(@Nullable MemoryPoolMXBean old) {
        if (old == null) {
            return () -> 0;
        }
        return () -> {
            // As the last full collection left it; it grows since, but not without being collected.
            MemoryUsage left = old.getCollectionUsage();
            return left == null ? 0 : share(left.getUsed(), left.getMax());
        };
    }

    private static int share(long used, long max) {
        return used <= 0 || max <= 0 ? 0 : (int) (PERCENT * used / max);
    }

    @Override
    public int percent() {
        return Math.max(direct.getAsInt(), heap.getAsInt());
    }

    @Override
    public void lookAgain() {
        if (heap.getAsInt() <= direct.getAsInt()) {
            // That one is always as it is now.
            return;
        }
        long now = clockNanos.getAsLong();
        long last = askedNanos.get();
        if (asked.get() && now - last < COLLECT_NANOS) {
            return;
        }
        // Many sockets wait, and one of them asks.
        if (askedNanos.compareAndSet(last, now)) {
            asked.set(true);
            collect.run();
        }
    }
}
