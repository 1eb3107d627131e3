package io.sluice.dataplane.telemetry;

import org.jspecify.annotations.Nullable;

import java.lang.ref.WeakReference;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * One loop's meters of one sort, by key and bounded. Any thread may look one up; only the loop
 * counts and collects.
 *
 * <p>A row that stayed idle for {@link #IDLE_WINDOWS_MAX} collections is held weakly from then on:
 * it goes when no route or connection holds its meter any more, so nothing that is still counting
 * can be lost.
 */
final class MeterTable<K, M> {
    private static final int IDLE_WINDOWS_MAX = 60;

    private final ConcurrentHashMap<K, Row<M>> rows = new ConcurrentHashMap<>();
    private final int keysMax;
    private final Supplier<M> create;
    private final Predicate<M> idle;
    private final M overflow;
    private final AtomicLong keysDropped;

    MeterTable(int keysMax, Supplier<M> create, Predicate<M> idle, AtomicLong keysDropped) {
        this.keysMax = keysMax;
        this.create = create;
        this.idle = idle;
        this.overflow = create.get();
        this.keysDropped = keysDropped;
    }

    /**
     * The meter of that key, always the same while anyone holds it; the shared overflow meter when
     * there is no room.
     */
    M get(K key) {
        Row<M> known = rows.get(key);
        M meter = known == null ? null : known.meter();
        if (meter != null) {
            return meter;
        }
        if (known == null && rows.size() >= keysMax) {
            keysDropped.incrementAndGet();
            return overflow;
        }
        M fresh = create.get();
        Row<M> row =
                rows.compute(
                        key,
                        (k, old) -> old == null || old.meter() == null ? new Row<>(fresh) : old);
        M winner = row.meter();
        return winner == null ? fresh : winner;
    }

    /**
     * On the loop: shows every row that is not idle, the overflow row under {@code overflowKey}.
     */
    void collect(K overflowKey, Visitor<K, M> visitor) {
        for (var entry : rows.entrySet()) {
            Row<M> row = entry.getValue();
            M meter = row.meter();
            if (meter == null) {
                rows.computeIfPresent(
                        entry.getKey(), (key, now) -> now.meter() == null ? null : now);
                continue;
            }
            if (idle.test(meter)) {
                row.idled();
                continue;
            }
            row.used(meter);
            visitor.row(entry.getKey(), meter);
        }
        if (!idle.test(overflow)) {
            visitor.row(overflowKey, overflow);
        }
    }

    int size() {
        return rows.size();
    }

    interface Visitor<K, M> {
        void row(K key, M meter);
    }

    private static final class Row<M> {
        private final WeakReference<M> weak;

        /** What keeps a row alive that nobody else holds. */
        private @Nullable M strong;

        private int idleWindows;

        Row(M meter) {
            this.weak = new WeakReference<>(meter);
            this.strong = meter;
        }

        @Nullable M meter() {
            M held = strong;
            return held == null ? weak.get() : held;
        }

        void idled() {
            if (idleWindows++ >= IDLE_WINDOWS_MAX) {
                strong = null;
            }
        }

        void used(M meter) {
            idleWindows = 0;
            strong = meter;
        }
    }
}
