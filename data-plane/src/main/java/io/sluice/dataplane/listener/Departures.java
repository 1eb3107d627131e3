package io.sluice.dataplane.listener;

import io.sluice.dataplane.net.Failure;
import io.sluice.dataplane.net.Loop;
import io.sluice.dataplane.net.Timer;
import io.sluice.dataplane.telemetry.FlowQuery;
import io.sluice.dataplane.telemetry.FlowScan;
import io.sluice.dataplane.telemetry.Leaving;
import io.sluice.dataplane.telemetry.LiveFlow;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;

/**
 * What changes left behind on one loop, and when it is cut: listeners, addresses of listeners,
 * endpoints. Who is meant is looked up among the live flows when it is asked for or due, so that
 * nothing is kept for each connection. Of the loop's thread.
 */
final class Departures {
    /** What left; a later one of the same does not give more time. */
    sealed interface Departure {
        long cutNanos();

        boolean holds(Listener listener, LiveFlow flow);

        /** Ends it; of a listener all is ended besides, flows or not. */
        default void end(LiveFlow flow) {
            flow.cut(Failure.DRAINING);
        }

        /** A listener is gone, or is drained. */
        record Whole(Listener listener, long cutNanos) implements Departure {
            @Override
            public boolean holds(Listener of, LiveFlow flow) {
                return of == listener;
            }
        }

        /** A listener left addresses, and may be back on some. */
        record Moved(Listener listener, ListenerAddresses from, long cutNanos)
                implements Departure {
            @Override
            public boolean holds(Listener of, LiveFlow flow) {
                return of == listener
                        && from.cover(flow.local())
                        && !listener.addresses().cover(flow.local());
            }
        }

        /** An endpoint takes no new users. */
        record Endpoint(String cluster, String address, long cutNanos) implements Departure {
            @Override
            public boolean holds(Listener of, LiveFlow flow) {
                return flow.isAt(cluster, address);
            }

            @Override
            public void end(LiveFlow flow) {
                flow.leave(cluster, address, Failure.DRAINING);
            }

            boolean isOf(String ofCluster, String ofAddress) {
                return cluster.equals(ofCluster) && address.equals(ofAddress);
            }
        }
    }

    private final Loop loop;
    private final Consumer<Departures> onDue;
    private final Timer timer;
    private final List<Departure> all = new ArrayList<>();

    /**
     * @param onDue called on the loop when something is due; answered by {@link #cutDue}
     */
    Departures(Loop loop, Consumer<Departures> onDue) {
        this.loop = loop;
        this.onDue = onDue;
        this.timer = loop.newTimer(() -> onDue.accept(this));
    }

    Loop loop() {
        return loop;
    }

    void add(Departure departure) {
        assert loop.inEventLoop();
        all.add(departure);
        if (departure instanceof Departure.Moved moved) {
            flows(moved.listener(), List.of(moved)).forEach(LiveFlow::drain);
        }
        arm();
    }

    /** It is served as before. */
    void listenerBack(Listener listener) {
        all.removeIf(
                departure ->
                        departure instanceof Departure.Whole whole && whole.listener() == listener);
    }

    /** It takes new users, so those it has may stay. */
    void endpointBack(String cluster, String address) {
        all.removeIf(
                departure ->
                        departure instanceof Departure.Endpoint endpoint
                                && endpoint.isOf(cluster, address));
    }

    private void arm() {
        timer.disarm();
        long next = Leaving.NEVER;
        for (Departure departure : all) {
            next = Math.min(next, departure.cutNanos());
        }
        if (next == Leaving.NEVER) {
            return;
        }
        long left = next - loop.preciseNanos();
        if (left <= 0) {
            onDue.accept(this);
        } else {
            timer.arm(left);
        }
    }

    /** What becomes of a listener's flows. */
    Leaving of(Listener listener) {
        if (all.isEmpty()) {
            return Leaving.NOBODY;
        }
        return flow -> {
            long cutNanos = Leaving.NEVER;
            for (Departure departure : all) {
                if (departure.holds(listener, flow)) {
                    cutNanos = Math.min(cutNanos, departure.cutNanos());
                }
            }
            return cutNanos;
        };
    }

    /**
     * Cuts what has had its time.
     *
     * @param listeners all that have flows
     */
    void cutDue(Collection<Listener> listeners) {
        assert loop.inEventLoop();
        long now = loop.preciseNanos();
        List<Departure> due =
                all.stream().filter(departure -> departure.cutNanos() - now <= 0).toList();
        if (!due.isEmpty()) {
            listeners.forEach(listener -> cut(listener, due));
            all.removeAll(due);
        }
        arm();
    }

    private void cut(Listener listener, List<Departure> due) {
        for (LiveFlow flow : flows(listener, due)) {
            for (Departure departure : due) {
                // An end may leave nothing for the next one.
                if (departure.holds(listener, flow)) {
                    departure.end(flow);
                }
            }
        }
        for (Departure departure : due) {
            if (departure instanceof Departure.Whole whole && whole.listener() == listener) {
                listener.on(loop).cut();
            }
        }
    }

    private List<LiveFlow> flows(Listener listener, List<Departure> of) {
        var scan = new FlowScan(FlowQuery.all(Integer.MAX_VALUE));
        listener.on(loop).visit(scan);
        List<LiveFlow> found = new ArrayList<>(scan.kept());
        found.removeIf(flow -> of.stream().noneMatch(departure -> departure.holds(listener, flow)));
        return found;
    }
}
