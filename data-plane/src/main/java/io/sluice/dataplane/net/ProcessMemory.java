package io.sluice.dataplane.net;

import io.netty.util.internal.PlatformDependent;

import org.jspecify.annotations.Nullable;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;

/**
 * How full direct memory, where buffers are, and the heap's old generation are. What is in the
 * latter may be garbage: that is found out by the collection that comes before it is full.
 */
public final class ProcessMemory implements MemoryUse {
    private static final int PERCENT = 100;

    private final @Nullable MemoryPoolMXBean old = oldGeneration();

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

    @Override
    public int percent() {
        return Math.max(
                share(PlatformDependent.usedDirectMemory(), PlatformDependent.maxDirectMemory()),
                heap());
    }

    private int heap() {
        MemoryPoolMXBean pool = old;
        if (pool == null) {
            return 0;
        }
        // As the last full collection left it; it grows since, but not without being collected.
        MemoryUsage left = pool.getCollectionUsage();
        return left == null ? 0 : share(left.getUsed(), left.getMax());
    }

    private static int share(long used, long max) {
        return used <= 0 || max <= 0 ? 0 : (int) (PERCENT * used / max);
    }
}
