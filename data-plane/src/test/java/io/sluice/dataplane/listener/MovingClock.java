package io.sluice.dataplane.listener;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** The real clock, which a test can put forward. */
final class MovingClock implements LongSupplier {
    private final AtomicLong aheadNanos = new AtomicLong();

    @Override
    public long getAsLong() {
        return System.nanoTime() + aheadNanos.get();
    }

    void pass(Duration time) {
        aheadNanos.addAndGet(time.toNanos());
    }
}
