package io.sluice.dataplane.listener;

import io.sluice.dataplane.cluster.EndpointWatcher;
import io.sluice.dataplane.cluster.LeaveSpec;
import io.sluice.dataplane.cluster.endpoint.Endpoint;
import io.sluice.dataplane.listener.Departures.Departure;
import io.sluice.dataplane.listener.Departures.Departure.Moved;
import io.sluice.dataplane.listener.Departures.Departure.Whole;
import io.sluice.dataplane.net.ConnectionLimit;
import io.sluice.dataplane.net.EventLoops;
import io.sluice.dataplane.net.Loop;
import io.sluice.dataplane.net.PerLoop;
import io.sluice.dataplane.telemetry.AccessLog;
import io.sluice.dataplane.telemetry.FlowPage;
import io.sluice.dataplane.telemetry.FlowQuery;
import io.sluice.dataplane.telemetry.LoopMeters;
import io.sluice.proto.HostPort;
import io.sluice.proto.Problem;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import java.util.function.Supplier;

/**
 * The node's listeners. The steps of a change come from one thread at a time, the snapshot's:
 * prepare, then switch each loop and commit; or discard. The rest may be called from any thread.
 *
 * <p>Inside, which sockets there are is decided on one loop, the control loop, one operation after
 * the other.
 */
public final class Listeners implements EndpointWatcher, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Listeners.class);

    private static final long CLOSE_SECONDS_MAX = 5;

    private final ListenersContext context;
    private final Loop control;
    private final Sockets sockets;
    private final Drain drain;
    private final LiveFlows flows;
    private final Shortage shortage;
    private volatile List<Runnable> problemListeners = List.of();

    // Of the control loop.
    private List<Binding> active = List.of();
    private final Set<Listener> leaving = new HashSet<>();

    // For other threads, which find no address missing of what has no problem.
    private volatile Published published = new Published(List.of(), Map.of());

    private record Published(List<Problem> problems, Map<String, String> addresses) {}

    /** No listeners yet. */
    public Listeners(
            EventLoops loops,
            ListenerOptions options,
            PerLoop<LoopMeters> meters,
            AccessLog accessLog,
            InstantSource clock) {
        this.context =
                new ListenersContext(
                        loops,
                        options,
                        new ConnectionLimit(options.connectionsMax()),
                        new NodeClients(),
                        meters,
                        accessLog,
                        clock,
                        PerLoop.create(loops, loop -> new Departures(loop, this::due)));
        this.control = loops.at(0);
        this.shortage = new Shortage(options.memory(), options.descriptors());
        this.sockets = new Sockets(loops, control, shortage, this::rebound);
        this.flows = new LiveFlows(loops);
        this.drain = new Drain(control, context.nodeLimit());
    }

    /**
     * Binds the sockets of new addresses. An address that does not bind fails its listener only:
     * that one is a problem, and is tried again with back-off once the change is committed.
     * Completes exceptionally only by a bug.
     */
    public CompletableFuture<ListenersChange> prepare(List<ListenerSpec> specs) {
        return sockets.inTurn(
                () -> {
                    List<Binding> bindings = bindings(specs);
                    if (drain.draining()) {
                        sockets.adopt(bindings);
                        return CompletableFuture.completedFuture(
                                new ListenersChange(bindings, List.of()));
                    }
                    return sockets.bind(bindings)
                            .thenApply(fresh -> new ListenersChange(bindings, fresh));
                });
    }

    private List<Binding> bindings(List<ListenerSpec> specs) {
        Map<String, Listener> known = new HashMap<>();
        for (Binding binding : active) {
            known.put(binding.spec.name(), binding.listener);
        }
        List<Binding> bindings = new ArrayList<>(specs.size());
        for (ListenerSpec spec : specs) {
            Listener listener = known.get(spec.name());
            if (listener == null || !listener.serves(spec)) {
                listener = leftOrNew(spec);
            }
            for (HostPort address : spec.addresses()) {
                SocketKey key =
                        spec.drain()
                                ? null
                                : SocketKey.of(
                                        spec.name(),
                                        spec.protocol().socketKind(),
                                        address,
                                        context.options().bind());
                bindings.add(new Binding(spec, listener, key));
            }
        }
        return bindings;
    }

    // One that is back, by a rollback say, still has its connections.
    private Listener leftOrNew(ListenerSpec spec) {
        for (Listener left : leaving) {
            if (left.name().equals(spec.name()) && left.serves(spec)) {
                return left;
            }
        }
        return new Listener(spec.name(), spec.protocol(), context);
    }

    /**
     * Serves and accepts on this loop as the change says; on the loop, in one task with the other
     * switches.
     */
    public void switchOn(Loop loop, ListenersChange change) {
        String applied = "";
        for (Binding binding : change.bindings()) {
            Listener.OnLoop listener = binding.listener.on(loop);
            // The bindings of one listener are neighbours.
            if (!binding.spec.name().equals(applied)) {
                applied = binding.spec.name();
                listener.apply(binding.spec);
            }
            BoundSocket socket = binding.socket;
            if (socket != null) {
                socket.serve(loop, listener);
            }
        }
    }

    /**
     * After the last loop switched: closes what left, once nothing waits in it to be accepted;
     * completes then.
     */
    public CompletableFuture<Void> commit(ListenersChange change) {
        return sockets.inTurn(
                () -> {
                    List<Binding> before = active;
                    active = change.bindings();
                    for (Binding binding : active) {
                        binding.listener.committed(binding.spec.protocol());
                    }
                    leave(before);
                    if (drain.draining()) {
                        dropFresh(change);
                        onEachLoop(this::all, Listener.OnLoop::drain);
                    }
                    // What was retried with success since this was prepared.
                    sockets.adopt(active).forEach(sockets::serve);
                    CompletableFuture<Void> closed = sockets.keep(active, !drain.draining());
                    publish();
                    return closed;
                });
    }

    private void dropFresh(ListenersChange change) {
        for (Binding binding : active) {
            BoundSocket socket = binding.socket;
            if (socket != null && change.fresh().contains(socket)) {
                binding.socket = null;
                socket.close();
            }
        }
    }

    private void leave(List<Binding> before) {
        Map<Listener, ListenerSpec> specs = specs(active);
        specs.forEach(
                (listener, spec) -> {
                    if (leaving.remove(listener)) {
                        back(listener, spec);
                    }
                });
        leaving.removeIf(listener -> listener.connections() == 0);
        Map<Listener, ListenerAddresses> from = new HashMap<>();
        // Before the loops hear of who left, as they look whether an address is one still.
        specs.forEach(
                (listener, spec) -> {
                    from.put(listener, listener.addresses());
                    if (!drain.draining()) {
                        listener.reachedAt(reached(listener));
                    }
                });
        specs(before)
                .forEach(
                        (listener, spec) -> {
                            ListenerSpec now = specs.get(listener);
                            if (now != null) {
                                changed(
                                        listener,
                                        spec,
                                        now,
                                        from.getOrDefault(listener, ListenerAddresses.NONE));
                            } else {
                                leaving.add(listener);
                                onLoops(listener, Listener.OnLoop::drain);
                                depart(leaving(spec), at -> new Whole(listener, at));
                            }
                        });
    }

    private static Map<Listener, ListenerSpec> specs(List<Binding> bindings) {
        Map<Listener, ListenerSpec> specs = new HashMap<>();
        bindings.forEach(binding -> specs.put(binding.listener, binding.spec));
        return specs;
    }

    private void changed(
            Listener listener, ListenerSpec before, ListenerSpec now, ListenerAddresses from) {
        if (now.drain() && !before.drain()) {
            onLoops(listener, Listener.OnLoop::drain);
            depart(now.leaving().draining(), at -> new Whole(listener, at));
        } else if (!now.drain() && before.drain()) {
            back(listener, now);
        } else if (!now.addresses().equals(before.addresses()) && !drain.draining()) {
            depart(now.leaving(), at -> new Moved(listener, from, at));
        }
    }

    private void back(Listener listener, ListenerSpec now) {
        context.departures()
                .forEach(each -> each.loop().execute(() -> each.listenerBack(listener)));
        if (now.drain()) {
            depart(now.leaving().draining(), at -> new Whole(listener, at));
        } else {
            onLoops(listener, Listener.OnLoop::undrain);
        }
    }

    /** What becomes of one that is gone: the one of its name says it, where there is one now. */
    private LeaveSpec leaving(ListenerSpec gone) {
        for (Binding binding : active) {
            ListenerSpec now = binding.spec;
            if (now.name().equals(gone.name())) {
                return now.drain() ? now.leaving().draining() : now.leaving();
            }
        }
        return gone.leaving();
    }

    private ListenerAddresses reached(Listener listener) {
        List<HostPort> addresses = new ArrayList<>();
        for (Binding binding : active) {
            BoundSocket socket = binding.socket;
            SocketKey key = binding.key;
            if (binding.listener == listener && key != null) {
                addresses.add(socket == null ? key.address() : socket.boundAddress());
            }
        }
        return new ListenerAddresses(addresses);
    }

    /** Gives what left its time on each loop. */
    private void depart(LeaveSpec how, LongFunction<Departure> departure) {
        if (how.keeps()) {
            return;
        }
        context.departures()
                .forEach(
                        each ->
                                each.loop()
                                        .execute(
                                                () ->
                                                        each.add(
                                                                departure.apply(
                                                                        each.loop().preciseNanos()
                                                                                + how
                                                                                        .delayNanos()))));
    }

    /** Of a loop where something has had its time: who has flows is known here. */
    private void due(Departures departures) {
        control.execute(
                () -> {
                    Set<Listener> listeners = all();
                    departures.loop().execute(() -> departures.cutDue(listeners));
                });
    }

    @Override
    public void left(Loop loop, Endpoint endpoint, LeaveSpec how) {
        if (how.keeps()) {
            return;
        }
        long cutNanos = loop.preciseNanos() + how.delayNanos();
        context.departures()
                .at(loop)
                .add(new Departure.Endpoint(endpoint.cluster(), endpoint.addressText(), cutNanos));
    }

    @Override
    public void back(Loop loop, Endpoint endpoint) {
        context.departures().at(loop).endpointBack(endpoint.cluster(), endpoint.addressText());
    }

    private void onLoops(Listener listener, Consumer<Listener.OnLoop> task) {
        for (Loop loop : context.loops().all()) {
            loop.execute(() -> task.accept(listener.on(loop)));
        }
    }

    /** Closes what {@link #prepare} bound; no loop may have switched. */
    public void discard(ListenersChange change) {
        change.fresh().forEach(BoundSocket::close);
    }

    /** Listeners of the committed change that do not serve, and why. */
    public List<Problem> problems() {
        return published.problems();
    }

    /**
     * Calls back, on a loop, whenever {@link #problems} or {@link #addresses} changed outside of a
     * change; register before the first change.
     */
    public void onProblemsChange(Runnable listener) {
        List<Runnable> more = new ArrayList<>(problemListeners);
        more.add(listener);
        problemListeners = List.copyOf(more);
    }

    /**
     * {@code host:port} by listener name, as bound, of those that serve; empty while drained. Of a
     * listener with several ports the first that is bound.
     */
    public Map<String, String> addresses() {
        return published.addresses();
    }

    /** What is relayed now; the first flows by the query. Any thread. */
    public CompletableFuture<FlowPage> flows(FlowQuery query) {
        return onControl(() -> flows.list(all(), query));
    }

    /**
     * Ends the flows of a query. Any thread.
     *
     * @param query ends nothing if more than its rows are meant
     */
    public CompletableFuture<FlowCut> cutFlows(FlowQuery query) {
        return onControl(() -> flows.cut(all(), query));
    }

    /** The networks that were refused most. Any thread. */
    public CompletableFuture<List<Offender>> offenders(int countMax) {
        return onControl(
                () -> CompletableFuture.completedFuture(LiveFlows.offenders(all(), countMax)));
    }

    /** How often sockets stopped accepting; any thread. */
    public AcceptPauses acceptPauses() {
        return shortage.pauses();
    }

    /** Client connections open now. */
    public int connections() {
        return context.nodeLimit().open();
    }

    private void rebound() {
        Published before = published;
        publish();
        if (!published.equals(before)) {
            problemListeners.forEach(Runnable::run);
        }
    }

    private void publish() {
        List<Problem> found = new ArrayList<>();
        Map<String, String> bound = new HashMap<>();
        for (Binding binding : active) {
            Problem problem = binding.problem;
            BoundSocket socket = binding.socket;
            if (socket != null) {
                bound.putIfAbsent(binding.spec.name(), socket.boundAddress().toString());
            }
            if (problem != null && !drain.draining()) {
                found.add(problem);
            }
        }
        if (!found.equals(published.problems())) {
            found.forEach(problem -> log.warn("event=listener-failed problem=\"{}\"", problem));
        }
        published = new Published(List.copyOf(found), Map.copyOf(bound));
    }

    /**
     * Tells what serves that it drains (replies carry Connection: close), after a delay stops
     * accepting, lets what is open finish, and cuts the rest. A change that comes meanwhile binds
     * nothing.
     *
     * @param delayNanos until the sockets close
     * @param timeNanos from then until the rest is cut
     * @return completes when nothing is open any more; cancelled by {@link #undrain}
     */
    public CompletableFuture<Void> drain(long delayNanos, long timeNanos) {
        return onControl(
                () -> {
                    if (drain.draining()) {
                        return drain.drained();
                    }
                    log.info("event=drain-begins connections={}", connections());
                    onEachLoop(this::all, Listener.OnLoop::drain);
                    return drain.begin(delayNanos, timeNanos, this::stopAccepting, this::cut);
                });
    }

    private void stopAccepting() {
        var _ =
                sockets.inTurn(
                        () -> {
                            if (!drain.draining()) {
                                return CompletableFuture.completedFuture(null);
                            }
                            active.forEach(binding -> binding.socket = null);
                            CompletableFuture<Void> closed = sockets.keep(List.of(), false);
                            publish();
                            return closed.thenRunAsync(drain::stoppedAccepting, control::execute);
                        });
    }

    /** Binds and serves again; completes when that was tried for each listener. */
    public CompletableFuture<Void> undrain() {
        return onControl(
                () -> {
                    if (!drain.draining()) {
                        return CompletableFuture.completedFuture(null);
                    }
                    log.info("event=drain-ends");
                    drain.end();
                    onEachLoop(this::staying, Listener.OnLoop::undrain);
                    return sockets.inTurn(() -> sockets.rebind(active));
                });
    }

    /** Cuts every connection now, as at the end of a drain. */
    public void cut() {
        control.execute(() -> onEachLoop(this::all, Listener.OnLoop::cut));
    }

    Set<Listener> all() {
        Set<Listener> all = staying();
        all.addAll(leaving);
        return all;
    }

    private Set<Listener> staying() {
        Set<Listener> staying = new HashSet<>();
        active.forEach(binding -> staying.add(binding.listener));
        return staying;
    }

    private void onEachLoop(Supplier<Set<Listener>> which, Consumer<Listener.OnLoop> task) {
        Set<Listener> listeners = which.get();
        for (Loop loop : context.loops().all()) {
            loop.execute(() -> listeners.forEach(listener -> task.accept(listener.on(loop))));
        }
    }

    private <T> CompletableFuture<T> onControl(Supplier<CompletableFuture<T>> operation) {
        return CompletableFuture.completedFuture(true)
                .thenComposeAsync(start -> operation.get(), control::execute);
    }

    /**
     * Closes the sockets and every connection. Blocks until that is done, bounded; not on a loop.
     */
    @Override
    public void close() {
        sockets.inTurn(
                        () -> {
                            Set<Listener> open = all();
                            active = List.of();
                            leaving.clear();
                            publish();
                            sockets.closeAll();
                            return context.loops()
                                    .onEach(loop -> open.forEach(one -> one.on(loop).close()));
                        })
                .completeOnTimeout(null, CLOSE_SECONDS_MAX, TimeUnit.SECONDS)
                .join();
    }
}
