package io.sluice.dataplane.telemetry;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One walk over the flows of a loop: counts those that are meant and keeps the first of them by the
 * order, described only at the end. Of the loop's thread.
 */
public final class FlowScan {
    private final FlowQuery query;

    // A heap with the last by the order on top; flows and their ranks side by side.
    private LiveFlow[] flows = new LiveFlow[64];
    private long[] ranks = new long[64];

    // Of those seen that will be cut; mostly none.
    private final Map<LiveFlow, Long> cuts = new HashMap<>();
    private Leaving leaving = Leaving.NOBODY;
    private int kept;
    private long open;
    private long matched;

    /** Has seen nothing yet. */
    public FlowScan(FlowQuery query) {
        this.query = query;
    }

    /** Whether the flows of a listener are to be seen at all. */
    public boolean wants(String listener) {
        return query.listener().isEmpty() || query.listener().equals(listener);
    }

    /** What becomes of the flows that are seen from now on. */
    public void leaving(Leaving now) {
        leaving = now;
    }

    /** Takes a look at one. */
    public void see(LiveFlow flow) {
        open++;
        if (!query.holds(flow)) {
            return;
        }
        long cutNanos = leaving.cutNanos(flow);
        if (cutNanos != Leaving.NEVER) {
            cuts.put(flow, cutNanos);
        } else if (query.leaving()) {
            return;
        }
        matched++;
        long rank = query.rank(flow);
        if (kept < query.rowsMax()) {
            add(flow, rank);
        } else if (kept > 0 && rank > ranks[0]) {
            flows[0] = flow;
            ranks[0] = rank;
            sink();
        }
    }

    private void add(LiveFlow flow, long rank) {
        if (kept == ranks.length) {
            flows = Arrays.copyOf(flows, 2 * kept);
            ranks = Arrays.copyOf(ranks, 2 * kept);
        }
        int at = kept++;
        while (at > 0 && ranks[(at - 1) / 2] > rank) {
            flows[at] = flows[(at - 1) / 2];
            ranks[at] = ranks[(at - 1) / 2];
            at = (at - 1) / 2;
        }
        flows[at] = flow;
        ranks[at] = rank;
    }

    private void sink() {
        LiveFlow flow = flows[0];
        long rank = ranks[0];
        int at = 0;
        int child = 1;
        while (child < kept) {
            if (child + 1 < kept && ranks[child + 1] < ranks[child]) {
                child++;
            }
            if (ranks[child] >= rank) {
                break;
            }
            flows[at] = flows[child];
            ranks[at] = ranks[child];
            at = child;
            child = 2 * at + 1;
        }
        flows[at] = flow;
        ranks[at] = rank;
    }

    /** Flows seen of the listeners that are asked for. */
    public long open() {
        return open;
    }

    /** Those of them that are meant. */
    public long matched() {
        return matched;
    }

    /** The first of them, in no order. */
    public List<LiveFlow> kept() {
        return List.of(Arrays.copyOf(flows, kept));
    }

    /** The first of them, in order, as they are now. */
    public FlowPage page(long nowNanos) {
        List<Flow> described = new ArrayList<>(kept);
        for (int i = 0; i < kept; i++) {
            described.add(describe(flows[i], nowNanos));
        }
        described.sort(Comparator.<Flow>comparingLong(query::rank).reversed());
        return new FlowPage(described, open, matched);
    }

    private Flow describe(LiveFlow flow, long nowNanos) {
        return flow.describe(nowNanos, cuts.getOrDefault(flow, Leaving.NEVER));
    }
}
