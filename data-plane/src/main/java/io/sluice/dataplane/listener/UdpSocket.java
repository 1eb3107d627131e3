package io.sluice.dataplane.listener;

import io.sluice.dataplane.net.EventLoops;
import io.sluice.dataplane.net.Loop;
import io.sluice.dataplane.net.SocketSpec;
import io.sluice.proto.HostPort;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * A bound UDP address. A wildcard has sockets for each local address, so that a reply leaves from
 * the one that the client sent to; addresses that come and go are looked for again and again. Safe
 * from any thread, but for what says otherwise.
 */
final class UdpSocket implements BoundSocket {
    private static final Logger log = LoggerFactory.getLogger(UdpSocket.class);
    private static final long LOOK_SECONDS = 5;
    private static final int ANY_PORT_TRIES = 5;

    private enum State {
        OPEN,
        LEAVING,
        CLOSED
    }

    private final SocketKey key;
    private final EventLoops loops;
    private final UdpReceivers receivers;

    // By their text, so that a node binds them in the same order each time.
    private final Map<String, UdpAddress> addresses = new TreeMap<>();
    private State state = State.OPEN;
    private SocketSpec spec;
    private int port;
    private Future<?> looking = CompletableFuture.completedFuture(null);

    private UdpSocket(SocketKey key, SocketSpec spec, EventLoops loops) {
        this.key = key;
        this.spec = spec;
        this.loops = loops;
        this.port = key.address().port();
        this.receivers = new UdpReceivers(loops, this::closeIfEmpty);
    }

    static CompletableFuture<UdpSocket> bind(
            SocketKey key, SocketSpec spec, EventLoops loops, boolean probe) {
        // The port that the system chose at one local address may be taken at the next.
        int tries = key.address().isWildcard() && key.address().port() == 0 ? ANY_PORT_TRIES : 1;
        return bind(key, spec, loops, probe, tries);
    }

    private static CompletableFuture<UdpSocket> bind(
            SocketKey key, SocketSpec spec, EventLoops loops, boolean probe, int tries) {
        return bindOnce(key, spec, loops, probe)
                .exceptionallyCompose(
                        failure ->
                                tries == 1
                                        ? CompletableFuture.failedFuture(failure)
                                        : bind(key, spec, loops, probe, tries - 1));
    }

    private static CompletableFuture<UdpSocket> bindOnce(
            SocketKey key, SocketSpec spec, EventLoops loops, boolean probe) {
        var socket = new UdpSocket(key, spec, loops);
        return CompletableFuture.supplyAsync(() -> LocalAddresses.of(key.address()))
                .thenCompose(local -> socket.bindFirst(local, probe))
                .thenApply(bound -> socket.bound())
                .whenComplete(
                        (bound, failure) -> {
                            if (failure != null) {
                                socket.close();
                            }
                        });
    }

    // One after the other: with port 0 the first one's port is for all.
    private CompletableFuture<Void> bindFirst(Collection<InetAddress> local, boolean probe) {
        CompletableFuture<Void> done = CompletableFuture.completedFuture(null);
        for (InetAddress address : local) {
            done = done.thenCompose(before -> bindOne(address, probe));
        }
        return done;
    }

    private CompletableFuture<Void> bindOne(InetAddress local, boolean probe) {
        InetSocketAddress wanted;
        SocketSpec options;
        synchronized (this) {
            wanted = new InetSocketAddress(local, port);
            options = spec;
        }
        return UdpAddress.bind(wanted, options, loops, receivers, probe).thenAccept(this::add);
    }

    private void add(UdpAddress address) {
        boolean closed;
        synchronized (this) {
            closed = state == State.CLOSED;
            if (!closed) {
                port = address.local().getPort();
                addresses.put(address.local().getAddress().getHostAddress(), address);
            }
        }
        if (closed) {
            address.close();
            return;
        }
        for (Loop loop : loops.all()) {
            loop.execute(() -> catchUp(loop, address));
        }
    }

    // While it was bound, a loop may have been told what the addresses there were are for.
    private void catchUp(Loop loop, UdpAddress address) {
        SocketSpec wanted;
        synchronized (this) {
            wanted = spec;
        }
        address.tune(loop, wanted);
        if (receivers.reading(loop)) {
            address.startReading(loop);
        }
    }

    private UdpSocket bound() {
        if (key.address().isWildcard()) {
            synchronized (this) {
                looking =
                        loops.at(0)
                                .eventLoop()
                                .scheduleWithFixedDelay(
                                        this::look, LOOK_SECONDS, LOOK_SECONDS, TimeUnit.SECONDS);
            }
        }
        return this;
    }

    private void look() {
        var _ =
                CompletableFuture.supplyAsync(() -> LocalAddresses.of(key.address()))
                        .thenAccept(this::follow)
                        .whenComplete(
                                (done, failure) -> {
                                    if (failure != null) {
                                        log.warn(
                                                "event=addresses-unknown listener-address={}"
                                                        + " problem=\"{}\"",
                                                key.address(),
                                                failure.toString());
                                    }
                                });
    }

    /** Binds local addresses that are new, closes those that are gone. */
    void follow(Collection<InetAddress> local) {
        Set<String> present = new HashSet<>();
        List<InetAddress> fresh = new ArrayList<>();
        List<UdpAddress> gone = new ArrayList<>();
        synchronized (this) {
            for (InetAddress address : local) {
                present.add(address.getHostAddress());
                if (!addresses.containsKey(address.getHostAddress())) {
                    fresh.add(address);
                }
            }
            addresses
                    .entrySet()
                    .removeIf(
                            known ->
                                    !present.contains(known.getKey())
                                            && gone.add(known.getValue()));
        }
        gone.forEach(UdpAddress::close);
        for (InetAddress address : fresh) {
            var _ =
                    bindOne(address, true)
                            .whenComplete(
                                    (done, failure) ->
                                            log.info(
                                                    "event=address-{} listener-address={} local={}",
                                                    failure == null ? "bound" : "unbound",
                                                    key.address(),
                                                    address.getHostAddress()));
        }
    }

    @Override
    public SocketKey key() {
        return key;
    }

    @Override
    public synchronized HostPort boundAddress() {
        return key.address().withPort(port);
    }

    // It takes others as it is: one in its place would lose the sessions of this one.
    @Override
    public boolean suits(SocketSpec wanted) {
        return true;
    }

    @Override
    public void serve(Loop loop, Listener.OnLoop listener) {
        SocketSpec wanted = listener.socket();
        boolean begins = receivers.serve(loop, listener);
        List<UdpAddress> all;
        synchronized (this) {
            spec = wanted;
            all = List.copyOf(addresses.values());
        }
        for (UdpAddress address : all) {
            address.tune(loop, wanted);
            if (begins) {
                address.startReading(loop);
            }
        }
    }

    @Override
    public CompletableFuture<Void> closeWhenEmpty() {
        return receivers
                .leave()
                .thenRun(
                        () -> {
                            synchronized (this) {
                                if (state == State.OPEN) {
                                    state = State.LEAVING;
                                }
                            }
                            closeIfEmpty();
                        });
    }

    private void closeIfEmpty() {
        synchronized (this) {
            if (state != State.LEAVING || receivers.busy()) {
                return;
            }
        }
        close();
    }

    @Override
    public synchronized boolean keepOpen() {
        if (state == State.LEAVING) {
            state = State.OPEN;
        }
        return state == State.OPEN;
    }

    @Override
    public synchronized boolean closed() {
        return state == State.CLOSED;
    }

    @Override
    public void close() {
        List<UdpAddress> all;
        synchronized (this) {
            state = State.CLOSED;
            looking.cancel(false);
            all = List.copyOf(addresses.values());
            addresses.clear();
        }
        all.forEach(UdpAddress::close);
    }
}
