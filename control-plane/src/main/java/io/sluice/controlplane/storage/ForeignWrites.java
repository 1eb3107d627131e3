package io.sluice.controlplane.storage;

import io.sluice.controlplane.storage.StorageException.Unavailable;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** What other processes write to the same database. Stateless. */
final class ForeignWrites {
    private static final Logger log = LoggerFactory.getLogger(ForeignWrites.class);
    private static final long WATCH_MILLIS = 1_000;

    private ForeignWrites() {}

    /** Looks once a second, on a thread of its own, until shut down; the look must not throw. */
    static ScheduledExecutorService everySecond(Runnable look) {
        ScheduledExecutorService timer =
                Executors.newSingleThreadScheduledExecutor(
                        Thread.ofPlatform().daemon().name("store-watch").factory());
        ScheduledFuture<?> _ =
                timer.scheduleWithFixedDelay(
                        look, WATCH_MILLIS, WATCH_MILLIS, TimeUnit.MILLISECONDS);
        return timer;
    }

    /** What others did, told as one commit. */
    static Commit commit(Database database, StoreState before, StoreState after) {
        if (before.revision() == after.revision()) {
            return new Commit(before, after, null, List.of());
        }
        try {
            // The revisions in between are told as one, the last.
            return database.read(
                    transaction ->
                            new Commit(
                                    before,
                                    after,
                                    History.find(transaction, after.revision()),
                                    History.between(
                                                    transaction,
                                                    before.revision(),
                                                    after.revision())
                                            .stream()
                                            .map(Plan.Step::published)
                                            .toList()));
        } catch (Unavailable e) {
            log.warn("event=revisions_unread reason=\"{}\"", e.getMessage());
            return new Commit(before, after, null, List.of());
        }
    }
}
