package io.sluice.it.harness;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import org.awaitility.Awaitility;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.function.Predicate;

/** Waiting for what other processes do. */
public final class Await {
    /** Only a failure takes as long as this. */
    public static final Duration DEADLINE = Duration.ofMinutes(4);

    private Await() {}

    /**
     * Returns the first value that satisfies the condition; fails with the name of what it waited
     * for.
     */
    public static <T> T until(String what, Callable<T> value, Predicate<T> condition) {
        return Awaitility.await(what)
                .atMost(DEADLINE)
                .pollInterval(10, MILLISECONDS)
                .pollDelay(0, MILLISECONDS)
                .ignoreExceptions()
                .until(value, condition);
    }

    /** Returns once the condition holds. */
    public static void until(String what, Callable<Boolean> condition) {
        until(what, condition, Boolean::booleanValue);
    }
}
