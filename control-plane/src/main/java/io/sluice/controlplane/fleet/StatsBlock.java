package io.sluice.controlplane.fleet;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What was counted in one stretch of time, of the fleet and of each node. Guarded by its owner. */
final class StatsBlock {
    private final Map<StatsKey, Cell> ofFleet = new HashMap<>();
    private final Map<String, Map<StatsKey, Cell>> ofNodes = new HashMap<>();
    private final Set<String> nodes = new HashSet<>();
    private long keysDropped;

    /**
     * The slots that a block covers. Ordered by end, then start.
     *
     * @param from the first
     * @param to the one after the last
     */
    record Span(long from, long to) implements Comparable<Span> {
        @Override
        public int compareTo(Span other) {
            int byEnd = Long.compare(to, other.to);
            return byEnd != 0 ? byEnd : Long.compare(from, other.from);
        }

        /** The part of this span that lies between two slots, from 0 to 1. */
        double shareWithin(long first, long end) {
            long overlap = Math.min(to, end) - Math.max(from, first);
            return overlap <= 0 ? 0 : (double) overlap / (to - from);
        }
    }

    /** Sums of one key. */
    private static final class Cell {
        private final long[] counters;
        private Latency latency = Latency.EMPTY;

        Cell(StatsKey key) {
            counters = new long[key.family().counters()];
        }

        void add(long[] more, Latency moreLatency) {
            for (int i = 0; i < counters.length; i++) {
                counters[i] += more[i];
            }
            latency = latency.plus(moreLatency);
        }
    }

    /** Takes what {@link #each} finds: numbers and latencies of one key, not to be modified. */
    interface Visitor {
        void visit(StatsKey key, long[] counters, Latency latency);
    }

    /** Adds rows of a node; returns how many keys are new here. */
    int add(String node, List<StatsRow> rows, long dropped) {
        nodes.add(node);
        keysDropped += dropped;
        int before = rows();
        Map<StatsKey, Cell> ofNode = ofNodes.computeIfAbsent(node, any -> new HashMap<>());
        for (StatsRow row : rows) {
            cell(ofFleet, row.key()).add(row.counters(), row.latency());
            cell(ofNode, row.key()).add(row.counters(), row.latency());
        }
        return rows() - before;
    }

    /** Adds all of another block. */
    void addAll(StatsBlock other) {
        nodes.addAll(other.nodes);
        keysDropped += other.keysDropped;
        other.ofFleet.forEach((key, more) -> cell(ofFleet, key).add(more.counters, more.latency));
        other.ofNodes.forEach(
                (node, cells) -> {
                    Map<StatsKey, Cell> mine =
                            ofNodes.computeIfAbsent(node, any -> new HashMap<>());
                    cells.forEach((key, more) -> cell(mine, key).add(more.counters, more.latency));
                });
    }

    /** Keeps the fleet's sums only. */
    void forgetNodes() {
        ofNodes.clear();
    }

    boolean hasNodes() {
        return !ofNodes.isEmpty();
    }

    /** How many sums are kept. */
    int rows() {
        int rows = ofFleet.size();
        for (Map<StatsKey, Cell> cells : ofNodes.values()) {
            rows += cells.size();
        }
        return rows;
    }

    Set<String> nodes() {
        return nodes;
    }

    long keysDropped() {
        return keysDropped;
    }

    /** Every key that has sums here. */
    List<StatsKey> keys() {
        return new ArrayList<>(ofFleet.keySet());
    }

    void each(Visitor visitor) {
        ofFleet.forEach((key, cell) -> visitor.visit(key, cell.counters, cell.latency));
    }

    void each(String node, Visitor visitor) {
        ofNodes.getOrDefault(node, Map.of())
                .forEach((key, cell) -> visitor.visit(key, cell.counters, cell.latency));
    }

    private static Cell cell(Map<StatsKey, Cell> cells, StatsKey key) {
        return cells.computeIfAbsent(key, Cell::new);
    }
}
