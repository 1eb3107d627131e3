package io.sluice.dataplane.l7.stream;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** A clock that stands still until the test moves it, however slow the machine is. */
final class StoppedClock implements LongSupplier {
    private final AtomicLong nanos = new AtomicLong(1_000_000_000_000L);

    @Override
    public long getAsLong() {
        return nanos.get();
    }

    /** Returns the time then. */
    long add(Duration time) {
        return nanos.addAndGet(time.toNanos());
    }
}
