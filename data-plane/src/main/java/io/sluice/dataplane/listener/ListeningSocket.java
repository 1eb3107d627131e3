package io.sluice.dataplane.listener;

import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.socket.ServerSocketChannel;
import io.sluice.dataplane.net.EventLoops;
import io.sluice.dataplane.net.Loop;
import io.sluice.dataplane.net.PerLoop;
import io.sluice.dataplane.net.SocketSpec;
import io.sluice.proto.HostPort;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A bound address: with SO_REUSEPORT one socket per loop, otherwise one socket whose connections
 * are dealt out to the loops. Bound first, accepting once every loop knows which listener it is
 * for.
 */
final class ListeningSocket implements BoundSocket {
    private final SocketKey key;
    private final SocketSpec spec;
    private final EventLoops loops;
    private final PerLoop<AcceptHandler> acceptors;
    private final List<ServerSocketChannel> channels = new ArrayList<>();
    private final AtomicInteger loopsServing = new AtomicInteger();

    private ListeningSocket(SocketKey key, SocketSpec spec, EventLoops loops, Shortage shortage) {
        this.key = key;
        this.spec = spec;
        this.loops = loops;
        this.acceptors = PerLoop.create(loops, loop -> new AcceptHandler(loop, this, shortage));
    }

    /**
     * Binds an address; any thread.
     *
     * @param address where: the key's, or where one that this takes the place of is bound
     * @param spec of its connections
     * @param probe whether to see first if another process has it: SO_REUSEPORT would share it in
     *     silence
     * @return completes exceptionally with an IOException that says why it does not bind
     */
    static CompletableFuture<ListeningSocket> bind(
            SocketKey key,
            InetSocketAddress address,
            SocketSpec spec,
            EventLoops loops,
            Shortage shortage,
            boolean probe) {
        var socket = new ListeningSocket(key, spec, loops, shortage);
        try {
            if (probe && loops.reusePort() && key.address().port() != 0) {
                probe(key);
            }
        } catch (IOException e) {
            return CompletableFuture.failedFuture(e);
        }
        // The first alone: with port 0 its port is for all.
        CompletableFuture<ListeningSocket> bound =
                socket.bindOn(loops.at(0), address)
                        .thenCompose(first -> socket.bindOthers())
                        .thenApply(done -> socket);
        return bound.whenComplete(
                (done, failure) -> {
                    if (failure != null) {
                        socket.close();
                    }
                });
    }

    private static void probe(SocketKey key) throws IOException {
        // Bound, never listening: nobody can connect to it by mistake.
        try (SocketChannel channel =
                SocketChannel.open(
                        key.address().isIpv6()
                                ? StandardProtocolFamily.INET6
                                : StandardProtocolFamily.INET)) {
            channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            channel.bind(key.socketAddress());
        }
    }

    private CompletableFuture<Void> bindOthers() {
        if (!loops.reusePort()) {
            return CompletableFuture.completedFuture(null);
        }
        InetSocketAddress address = boundSocketAddress();
        List<CompletableFuture<Void>> others = new ArrayList<>();
        for (Loop loop : loops.all()) {
            if (loop.index() != 0) {
                others.add(bindOn(loop, address));
            }
        }
        return CompletableFuture.allOf(others.toArray(CompletableFuture[]::new));
    }

    private CompletableFuture<Void> bindOn(Loop loop, InetSocketAddress address) {
        var bound = new CompletableFuture<Void>();
        ServerSocketChannel channel = loops.newServerChannel(address);
        synchronized (channels) {
            channels.add(channel);
        }
        try {
            SocketOptions.ofServer(channel, address, spec);
        } catch (ChannelException e) {
            // The kernel took an option no more.
            return CompletableFuture.failedFuture(e);
        }
        channel.pipeline().addLast(acceptors.at(loop));
        loop.eventLoop()
                .register(channel)
                .addListener(
                        registered -> {
                            if (!registered.isSuccess()) {
                                bound.completeExceptionally(registered.cause());
                                return;
                            }
                            bind(channel, address, bound);
                        });
        return bound;
    }

    private static void bind(
            ServerSocketChannel channel, InetSocketAddress address, CompletableFuture<Void> bound) {
        ChannelFuture binding = channel.bind(address);
        binding.addListener(
                done -> {
                    if (done.isSuccess()) {
                        bound.complete(null);
                    } else {
                        bound.completeExceptionally(done.cause());
                    }
                });
    }

    @Override
    public SocketKey key() {
        return key;
    }

    @Override
    public HostPort boundAddress() {
        return key.address().withPort(boundSocketAddress().getPort());
    }

    private InetSocketAddress boundSocketAddress() {
        synchronized (channels) {
            return channels.getFirst().localAddress();
        }
    }

    // Where connections do not inherit, each is given them at accept.
    @Override
    public boolean suits(SocketSpec wanted) {
        return !loops.reusePort() || spec.equals(wanted);
    }

    @Override
    public void serve(Loop loop, Listener.OnLoop listener) {
        boolean first = acceptors.at(loop).serve(listener);
        if (!first) {
            return;
        }
        int serving = loopsServing.incrementAndGet();
        if (loops.reusePort()) {
            startAccepting(loop.index());
        } else if (serving == loops.count()) {
            // One socket deals out to all loops, so all of them have to know first.
            startAccepting(0);
        }
    }

    private void startAccepting(int index) {
        synchronized (channels) {
            channels.get(index).config().setAutoRead(true);
        }
    }

    /**
     * The loop's end of it, to which an accepted connection is handed where loops share one socket.
     */
    AcceptHandler acceptorFor(Loop accepting, int turn) {
        return loops.reusePort()
                ? acceptors.at(accepting)
                : acceptors.at(loops.at(Math.floorMod(turn, loops.count())));
    }

    @Override
    public CompletableFuture<Void> closeWhenEmpty() {
        List<CompletableFuture<Void>> closed = new ArrayList<>();
        synchronized (channels) {
            for (ServerSocketChannel channel : channels) {
                var done = new CompletableFuture<Void>();
                channel.closeFuture().addListener(future -> done.complete(null));
                closed.add(done);
                channel.eventLoop()
                        .execute(
                                () -> channel.pipeline().get(AcceptHandler.class).closeWhenEmpty());
            }
        }
        return CompletableFuture.allOf(closed.toArray(CompletableFuture[]::new));
    }

    @Override
    public void close() {
        synchronized (channels) {
            for (ServerSocketChannel channel : channels) {
                var _ = channel.close();
            }
        }
    }

    /** Its connections do not need it: once nobody has it, it is as good as closed. */
    @Override
    public boolean closed() {
        return true;
    }

    @Override
    public boolean keepOpen() {
        return false;
    }
}
