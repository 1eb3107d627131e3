package io.sluice.dataplane.telemetry;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The first live flows of those that were asked for, in order. Immutable.
 *
 * @param open live flows of the listeners that were asked for
 * @param matched those of them that were meant
 */
public record FlowPage(List<Flow> flows, long open, long matched) {
    public FlowPage {
        flows = List.copyOf(flows);
    }

    /** The pages of several loops as one. */
    public static FlowPage merged(List<FlowPage> pages, FlowQuery query) {
        List<Flow> flows = new ArrayList<>();
        long open = 0;
        long matched = 0;
        for (FlowPage page : pages) {
            flows.addAll(page.flows());
            open += page.open();
            matched += page.matched();
        }
        flows.sort(Comparator.<Flow>comparingLong(query::rank).reversed());
        int count = Math.min(flows.size(), query.rowsMax());
        return new FlowPage(flows.subList(0, count), open, matched);
    }
}
