package io.sluice.dataplane.l7.stream;

import io.sluice.dataplane.net.Loop;
import io.sluice.dataplane.net.Timer;

import org.jspecify.annotations.Nullable;

/** A {@link Timer} that most streams never arm: there is none until one does. */
final class RareTimer {
    private final Loop loop;
    private final Runnable onExpiry;
    private @Nullable Timer timer;

    RareTimer(Loop loop, Runnable onExpiry) {
        this.loop = loop;
        this.onExpiry = onExpiry;
    }

    /** As {@link Timer#arm}. */
    void arm(long delayNanos) {
        Timer known = timer;
        if (known == null) {
            if (delayNanos == Timer.NEVER) {
                return;
            }
            known = loop.newTimer(onExpiry);
            timer = known;
        }
        known.arm(delayNanos);
    }

    void disarm() {
        if (timer != null) {
            timer.disarm();
        }
    }

    void cancel() {
        if (timer != null) {
            timer.cancel();
        }
    }
}
