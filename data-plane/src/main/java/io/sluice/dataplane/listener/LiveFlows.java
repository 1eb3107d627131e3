package io.sluice.dataplane.listener;

import io.sluice.dataplane.net.EventLoops;
import io.sluice.dataplane.net.Failure;
import io.sluice.dataplane.net.Loop;
import io.sluice.dataplane.telemetry.FlowPage;
import io.sluice.dataplane.telemetry.FlowQuery;
import io.sluice.dataplane.telemetry.FlowScan;
import io.sluice.dataplane.telemetry.LiveFlow;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What the node relays at this moment. Every loop walks over its own flows, one task each: 100,000
 * of one loop take it 2 to 8 ms (FlowScanBenchmark, 2 vCPU of EPYC Milan), 1,000 some 25 us.
 */
final class LiveFlows {
    private final EventLoops loops;

    LiveFlows(EventLoops loops) {
        this.loops = loops;
    }

    CompletableFuture<FlowPage> list(Collection<Listener> listeners, FlowQuery query) {
        List<FlowPage> pages = Collections.synchronizedList(new ArrayList<>());
        return loops.onEach(
                        loop -> pages.add(scan(loop, listeners, query).page(loop.preciseNanos())))
                .thenApply(done -> FlowPage.merged(pages, query));
    }

    /** Ends all that are meant, unless there are more than the query wants rows. */
    CompletableFuture<FlowCut> cut(Collection<Listener> listeners, FlowQuery query) {
        return count(listeners, query)
                .thenCompose(
                        matched -> {
                            if (matched > query.rowsMax()) {
                                return CompletableFuture.completedFuture(new FlowCut(matched, 0));
                            }
                            var left = new AtomicInteger(query.rowsMax());
                            var cut = new AtomicInteger();
                            return loops.onEach(
                                            loop -> {
                                                for (LiveFlow flow :
                                                        scan(loop, listeners, query).kept()) {
                                                    // New ones may have come since.
                                                    if (left.getAndDecrement() > 0) {
                                                        flow.cut(Failure.KILLED);
                                                        cut.incrementAndGet();
                                                    }
                                                }
                                            })
                                    .thenApply(done -> new FlowCut(matched, cut.get()));
                        });
    }

    private CompletableFuture<Long> count(Collection<Listener> listeners, FlowQuery query) {
        List<Long> matched = Collections.synchronizedList(new ArrayList<>());
        return loops.onEach(loop -> matched.add(scan(loop, listeners, query).matched()))
                .thenApply(done -> matched.stream().mapToLong(Long::longValue).sum());
    }

    private static FlowScan scan(Loop loop, Collection<Listener> listeners, FlowQuery query) {
        var scan = new FlowScan(query);
        listeners.forEach(listener -> listener.on(loop).visit(scan));
        return scan;
    }

    /** The networks that were refused most, over all listeners. */
    static List<Offender> offenders(Collection<Listener> listeners, int countMax) {
        List<Offender> all = new ArrayList<>();
        for (Listener listener : listeners) {
            for (ClientTable.Offender each : listener.offenders(countMax)) {
                all.add(new Offender(listener.name(), each.network(), each.refused(), each.open()));
            }
        }
        all.sort(Comparator.comparingLong(Offender::refused).reversed());
        return all.size() > countMax ? List.copyOf(all.subList(0, countMax)) : all;
    }
}
