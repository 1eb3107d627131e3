package io.sluice.controlplane.fleet;

import io.sluice.controlplane.fleet.StatsBlock.Span;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * One hour of statistics, in memory. Written by the report streams, read by anyone; both hold a
 * lock, reads for the time of a merge.
 *
 * <p>Time is cut into slots of 5 s; a window counts in the slot in which it ends. A window that is
 * longer, because the node could not send for a while, counts evenly over all slots it covers.
 * Where it gets too much, the oldest rows of single nodes are given up first, then the oldest slots
 * become minutes.
 */
public final class StatsHistory {
    /** Length of a slot. */
    public static final Duration SLOT = Duration.ofSeconds(5);

    /** How far back it reaches. */
    public static final Duration KEPT = Duration.ofHours(1);

    /** Sums kept in all. */
    static final int ROWS_MAX = 200_000;

    /** Distinct keys; beyond it counts go to the row with empty names. */
    static final int KEYS_MAX = 50_000;

    private static final long SLOT_MILLIS = SLOT.toMillis();
    private static final long SLOTS_KEPT = KEPT.toMillis() / SLOT_MILLIS;
    private static final long SLOTS_PER_MINUTE = 12;

    /** Newest slots that stay as they are, whatever there is. */
    private static final long SLOTS_UNTOUCHED = 24;

    /** A slot is taken as complete so long after its end. */
    private static final long SETTLING_MILLIS = 1_000;

    private static final long KEYS_FORGOTTEN_EVERY_MILLIS = 60_000;

    /** Levels of a node that has not reported for so long mean nothing any more. */
    private static final long LEVEL_MILLIS_MAX = 30_000;

    private final InstantSource clock;
    private final int rowsMax;

    // Guarded by this.
    private final TreeMap<Span, StatsBlock> blocks = new TreeMap<>();
    private final Map<String, NodeCount> nodes = new HashMap<>();
    private final Map<StatsKey, StatsKey> keys = new HashMap<>();
    private long keysForgottenMillis;
    private int rows;

    /** What is known of a node's reports. */
    private static final class NodeCount {
        private String bootId = "";
        private long sequence;
        private long reportedMillis;
        private Map<StatsKey, Long> levels = Map.of();
    }

    public StatsHistory(InstantSource clock) {
        this(clock, ROWS_MAX);
    }

    StatsHistory(InstantSource clock, int rowsMax) {
        this.clock = clock;
        this.rowsMax = rowsMax;
    }

    /**
     * Counts a window, once: a repeat of a sequence already counted changes nothing.
     *
     * @return the sequence up to which all is kept
     */
    public synchronized long record(StatsReport report) {
        long now = clock.millis();
        NodeCount node = nodes.computeIfAbsent(report.node(), any -> new NodeCount());
        if (!node.bootId.equals(report.bootId())) {
            node.bootId = report.bootId();
            node.sequence = 0;
        }
        if (report.sequence() <= node.sequence) {
            return node.sequence;
        }
        node.sequence = report.sequence();
        node.reportedMillis = now;
        forgetKeys(now);
        List<StatsRow> known = withKnownKeys(report.rows());
        node.levels = levels(known);
        StatsBlock block =
                blocks.computeIfAbsent(
                        span(report.start().toEpochMilli(), report.end().toEpochMilli(), now),
                        any -> new StatsBlock());
        rows += block.add(report.node(), known, report.keysDropped());
        expire(now);
        shrink(now);
        return node.sequence;
    }

    /**
     * Rates over the last so much time, at most one hour, up to the last slot that is complete. The
     * stretch is shorter while less is known.
     *
     * @param node only of that node; empty for the fleet
     */
    public synchronized StatsView query(Duration window, Optional<String> node) {
        long now = clock.millis();
        long end = Math.floorDiv(now - SETTLING_MILLIS, SLOT_MILLIS);
        long wanted = Math.ceilDiv(window.toMillis(), SLOT_MILLIS);
        long first = Math.max(end - Math.clamp(wanted, 1, SLOTS_KEPT), firstSlot(end));
        StatsSum sum = new StatsSum();
        Set<String> reporting = new HashSet<>();
        long keysDropped = 0;
        for (Map.Entry<Span, StatsBlock> entry : blocks.entrySet()) {
            double share = entry.getKey().shareWithin(first, end);
            StatsBlock block = entry.getValue();
            if (share > 0) {
                StatsBlock.Visitor adding =
                        (key, counters, latency) -> sum.add(key, counters, latency, share);
                if (node.isPresent()) {
                    block.each(node.get(), adding);
                } else {
                    block.each(adding);
                }
                reporting.addAll(block.nodes());
                keysDropped += block.keysDropped();
            }
        }
        if (node.isPresent()) {
            reporting.retainAll(Set.of(node.get()));
        }
        reporting.forEach(name -> addLevels(nodes.get(name), now, sum));
        return sum.view(time(first), time(end), reporting.size(), keysDropped);
    }

    private static void addLevels(@Nullable NodeCount node, long now, StatsSum sum) {
        if (node != null && now - node.reportedMillis <= LEVEL_MILLIS_MAX) {
            node.levels.forEach(sum::addLevel);
        }
    }

    private long firstSlot(long end) {
        long first = end - 1;
        for (Span span : blocks.keySet()) {
            first = Math.min(first, span.from());
        }
        return first;
    }

    /** Where a window counts. A node's clock that is ahead, or far behind, is not believed. */
    private static Span span(long startMillis, long endMillis, long now) {
        long lengthMillis = Math.max(1, endMillis - startMillis);
        boolean implausible = endMillis > now || endMillis < now - KEPT.toMillis();
        long end = implausible ? now : endMillis;
        long start = Math.max(end - lengthMillis, now - KEPT.toMillis());
        long last = Math.floorDiv(end - 1, SLOT_MILLIS);
        boolean isRegular = end - start < 2 * SLOT_MILLIS;
        return isRegular
                ? new Span(last, last + 1)
                : new Span(Math.floorDiv(start, SLOT_MILLIS), last + 1);
    }

    /** Equal keys become one object; too many become the row for the rest. */
    private List<StatsRow> withKnownKeys(List<StatsRow> reported) {
        List<StatsRow> known = new ArrayList<>(reported.size());
        for (StatsRow row : reported) {
            StatsKey key = keys.get(row.key());
            if (key == null) {
                key = admit(row.key());
            }
            known.add(new StatsRow(key, row.counters(), row.latency()));
        }
        return known;
    }

    private StatsKey admit(StatsKey key) {
        StatsKey admitted = keys.size() < KEYS_MAX ? key : StatsKey.other(key.family());
        keys.putIfAbsent(admitted, admitted);
        return admitted;
    }

    /** Makes room for new keys where old ones are in no block any more; now and then. */
    private void forgetKeys(long now) {
        if (keys.size() >= KEYS_MAX && now - keysForgottenMillis >= KEYS_FORGOTTEN_EVERY_MILLIS) {
            keysForgottenMillis = now;
            keys.clear();
            blocks.values().forEach(block -> block.keys().forEach(key -> keys.put(key, key)));
        }
    }

    private static Map<StatsKey, Long> levels(List<StatsRow> rows) {
        Map<StatsKey, Long> levels = new HashMap<>();
        for (StatsRow row : rows) {
            long level = row.counters()[row.counters().length - 1];
            if (row.key().family().lastIsLevel() && level != 0) {
                levels.merge(row.key(), level, Long::sum);
            }
        }
        return levels;
    }

    private void expire(long now) {
        long oldest = Math.floorDiv(now, SLOT_MILLIS) - SLOTS_KEPT;
        while (!blocks.isEmpty() && blocks.firstKey().to() <= oldest) {
            rows -= blocks.pollFirstEntry().getValue().rows();
        }
        nodes.values().removeIf(node -> now - node.reportedMillis > KEPT.toMillis());
    }

    private void shrink(long now) {
        long untouched = Math.floorDiv(now, SLOT_MILLIS) - SLOTS_UNTOUCHED;
        while (rows > rowsMax) {
            if (!forgetOldestNodes(untouched) && !coarsenOldest(untouched)) {
                if (blocks.size() <= 1) {
                    return;
                }
                rows -= blocks.pollFirstEntry().getValue().rows();
            }
        }
    }

    private boolean forgetOldestNodes(long before) {
        for (Map.Entry<Span, StatsBlock> entry : blocks.headMap(new Span(0, before)).entrySet()) {
            StatsBlock block = entry.getValue();
            if (block.hasNodes()) {
                rows -= block.rows();
                block.forgetNodes();
                rows += block.rows();
                return true;
            }
        }
        return false;
    }

    /** Makes one block of the oldest minute that still has several. */
    private boolean coarsenOldest(long before) {
        for (Span span : blocks.headMap(new Span(0, before)).keySet()) {
            long minute = Math.floorDiv(span.from(), SLOTS_PER_MINUTE) * SLOTS_PER_MINUTE;
            Span whole = new Span(minute, minute + SLOTS_PER_MINUTE);
            List<Span> parts = new ArrayList<>();
            for (Span part :
                    blocks.subMap(new Span(0, minute + 1), new Span(Long.MAX_VALUE, whole.to()))
                            .keySet()) {
                if (part.from() >= minute) {
                    parts.add(part);
                }
            }
            if (parts.size() > 1) {
                merge(parts, whole);
                return true;
            }
        }
        return false;
    }

    private void merge(List<Span> parts, Span whole) {
        StatsBlock merged = new StatsBlock();
        for (Span part : parts) {
            StatsBlock block = blocks.remove(part);
            if (block != null) {
                rows -= block.rows();
                merged.addAll(block);
            }
        }
        rows += merged.rows();
        blocks.put(whole, merged);
    }

    private static Instant time(long slot) {
        return Instant.ofEpochMilli(slot * SLOT_MILLIS);
    }
}
