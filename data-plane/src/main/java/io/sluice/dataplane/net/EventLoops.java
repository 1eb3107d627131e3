package io.sluice.dataplane.net;

import io.netty.channel.EventLoop;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.uring.IoUringDatagramChannel;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.channel.uring.IoUringSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.Future;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.nio.channels.spi.SelectorProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** The node's event loops, opened once and closed last. Safe from any thread. */
public final class EventLoops implements AutoCloseable {
    private static final long CLOSE_SECONDS_MAX = 5;
    private static final int DATAGRAM_BYTES_MAX = 65_535;

    private final Transport transport;
    private final IoEventLoopGroup group;
    private final List<Loop> loops;
    private final PerLoop<DatagramReads> datagramReads;
    private final PerLoop<UpstreamRun> upstreamRuns;

    private EventLoops(Transport transport, IoEventLoopGroup group, List<Loop> loops) {
        this.transport = transport;
        this.group = group;
        this.loops = List.copyOf(loops);
        this.datagramReads = PerLoop.create(this.loops, loop -> new DatagramReads());
        this.upstreamRuns = PerLoop.create(this.loops, UpstreamRun::new);
    }

    /**
     * Starts the loops.
     *
     * @param wanted where it does not work on this system, the next best one is taken and the log
     *     says why
     * @param count how many, at least 1
     */
    public static EventLoops open(Transport wanted, int count) {
        return open(wanted, count, System::nanoTime);
    }

    /**
     * Starts loops that go by another clock.
     *
     * @param clockNanos monotonic; read by every loop
     */
    public static EventLoops open(Transport wanted, int count, LongSupplier clockNanos) {
        TransportChoice choice = TransportChoice.of(wanted, Transport::unavailability);
        Transport transport = choice.transport();
        var group =
                new MultiThreadIoEventLoopGroup(
                        count, new DefaultThreadFactory("loop", true), ioHandlers(transport)) {
                    @Override
                    protected IoEventLoop newChild(
                            Executor executor, IoHandlerFactory ioHandlers, Object... more) {
                        return new ClosingEventLoop(this, executor, ioHandlers);
                    }
                };
        List<Loop> loops = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            EventLoop eventLoop = group.next();
            loops.add(new Loop(i, eventLoop, clockNanos));
        }
        choice.log(count);
        return new EventLoops(transport, group, loops);
    }

    private static IoHandlerFactory ioHandlers(Transport transport) {
        return switch (transport) {
            case EPOLL -> new PausableEpoll();
            case IO_URING -> new PausableIoUring();
            case NIO -> NioIoHandler.newFactory();
            case AUTO -> throw new IllegalArgumentException("nothing was chosen");
        };
    }

    /** How many loops there are; fixed. */
    public int count() {
        return loops.size();
    }

    /** The loop of an index from 0 to {@code count() - 1}. */
    public Loop at(int index) {
        return loops.get(index);
    }

    /** All loops, in the order of their index. */
    public List<Loop> all() {
        return loops;
    }

    /** What was chosen, never {@code AUTO}. */
    public Transport transport() {
        return transport;
    }

    /** Whether every loop can have a listening socket of its own on one address. */
    public boolean reusePort() {
        return transport != Transport.NIO;
    }

    /** A new listening socket for an address of this family, not yet registered. */
    public ServerSocketChannel newServerChannel(InetSocketAddress address) {
        return switch (transport) {
            case EPOLL -> new TcpServerChannel(family(address));
            // Of both families; it takes the addresses of either.
            case IO_URING -> new IoUringServerSocketChannel();
            case NIO -> new NioServerSocketChannel(SelectorProvider.provider(), family(address));
            case AUTO -> throw new IllegalStateException("nothing was chosen");
        };
    }

    /** A new socket to connect to an address of this family, not yet registered. */
    public SocketChannel newChannel(InetSocketAddress address) {
        return switch (transport) {
            case EPOLL -> new TcpChannel(family(address));
            case IO_URING -> new IoUringSocketChannel();
            case NIO -> new NioSocketChannel(SelectorProvider.provider(), family(address));
            case AUTO -> throw new IllegalStateException("nothing was chosen");
        };
    }

    /**
     * A new datagram socket of this address's family for one loop, not yet registered. What it
     * reads is valid until the read event returns.
     *
     * @throws io.netty.channel.ChannelException where there are no file descriptors left
     */
    public DatagramChannel newDatagramChannel(Loop loop, InetSocketAddress address) {
        SocketProtocolFamily family = family(address);
        return switch (transport) {
            case EPOLL -> {
                var channel = new EpollDatagramChannel(family);
                channel.config().setRecvByteBufAllocator(datagramReads.at(loop));
                channel.config().setMaxDatagramPayloadSize(DatagramReads.SLOT_BYTES);
                yield channel;
            }
            case NIO -> {
                var channel = new NioDatagramChannel(SelectorProvider.provider(), family);
                channel.config()
                        .setRecvByteBufAllocator(new FixedRecvByteBufAllocator(DATAGRAM_BYTES_MAX));
                yield channel;
            }
            case IO_URING -> {
                var channel = new IoUringDatagramChannel(family);
                channel.config()
                        .setRecvByteBufAllocator(new FixedRecvByteBufAllocator(DATAGRAM_BYTES_MAX));
                yield channel;
            }
            case AUTO -> throw new IllegalStateException("nothing was chosen");
        };
    }

    /**
     * A UDP socket connected to a peer; on the loop.
     *
     * @throws io.netty.channel.ChannelException where there are no file descriptors left
     * @throws IOException where there is no way to the peer, or no local port left
     */
    public DatagramConnection connectDatagrams(
            Loop loop, DatagramRoute route, DatagramConnection.User user) throws IOException {
        return transport != Transport.NIO
                ? PolledDatagramConnection.open(
                        loop,
                        datagramReads.at(loop),
                        upstreamRuns.at(loop),
                        route,
                        family(route.peer()),
                        user)
                : ChannelDatagramConnection.open(
                        loop, newDatagramChannel(loop, route.peer()), route, user);
    }

    private static SocketProtocolFamily family(InetSocketAddress address) {
        return address.getAddress() instanceof Inet6Address
                ? SocketProtocolFamily.INET6
                : SocketProtocolFamily.INET;
    }

    /**
     * Runs a task once on each loop.
     *
     * @return completes when all have run; exceptionally with the first failure, after the others
     *     ran
     */
    public CompletableFuture<Void> onEach(Consumer<Loop> task) {
        CompletableFuture<?>[] done = new CompletableFuture<?>[loops.size()];
        for (Loop loop : loops) {
            done[loop.index()] =
                    CompletableFuture.runAsync(() -> task.accept(loop), loop.eventLoop());
        }
        return CompletableFuture.allOf(done);
    }

    /**
     * Stops the loops after the tasks they have; what is still open on them closes. Blocks,
     * bounded.
     */
    @Override
    public void close() {
        loops.forEach(loop -> loop.execute(loop::closePipes));
        Future<?> ended = group.shutdownGracefully(0, CLOSE_SECONDS_MAX, TimeUnit.SECONDS);
        // Behind the sockets, which read into it to the end; a loop that hangs may still do so.
        if (ended.awaitUninterruptibly(CLOSE_SECONDS_MAX, TimeUnit.SECONDS)) {
            datagramReads.forEach(DatagramReads::close);
        } else {
            ended.addListener(late -> datagramReads.forEach(DatagramReads::close));
        }
    }
}
