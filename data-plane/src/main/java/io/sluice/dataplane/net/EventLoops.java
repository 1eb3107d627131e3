package io.sluice.dataplane.net;

import io.netty.channel.EventLoop;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.nio.channels.spi.SelectorProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** The node's event loops, opened once and closed last. Safe from any thread. */
public final class EventLoops implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(EventLoops.class);
    private static final long CLOSE_SECONDS_MAX = 5;
    private static final int DATAGRAM_BYTES_MAX = 65_535;

    private final Transport transport;
    private final IoEventLoopGroup group;
    private final List<Loop> loops;
    private final PerLoop<DatagramReads> datagramReads;

    private EventLoops(Transport transport, IoEventLoopGroup group, List<Loop> loops) {
        this.transport = transport;
        this.group = group;
        this.loops = List.copyOf(loops);
        this.datagramReads = PerLoop.create(this.loops, loop -> new DatagramReads());
    }

    /**
     * Starts the loops.
     *
     * @param count how many, at least 1
     * @throws IllegalStateException if {@code EPOLL} was asked for and its library does not load
     */
    public static EventLoops open(Transport wanted, int count) {
        Transport transport = choose(wanted);
        IoHandlerFactory io =
                transport == Transport.EPOLL ? new PausableEpoll() : NioIoHandler.newFactory();
        var group =
                new MultiThreadIoEventLoopGroup(count, new DefaultThreadFactory("loop", true), io);
        List<Loop> loops = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            EventLoop eventLoop = group.next();
            loops.add(new Loop(i, eventLoop, System::nanoTime));
        }
        log.info("event=loops-open transport={} count={}", transport, count);
        return new EventLoops(transport, group, loops);
    }

    private static Transport choose(Transport wanted) {
        return switch (wanted) {
            case NIO -> Transport.NIO;
            case AUTO -> Epoll.isAvailable() ? Transport.EPOLL : Transport.NIO;
            case EPOLL -> {
                if (!Epoll.isAvailable()) {
                    throw new IllegalStateException(
                            "epoll is not available on this system", Epoll.unavailabilityCause());
                }
                yield Transport.EPOLL;
            }
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
        return transport == Transport.EPOLL;
    }

    /** A new listening socket for an address of this family, not yet registered. */
    public ServerSocketChannel newServerChannel(InetSocketAddress address) {
        SocketProtocolFamily family = family(address);
        return transport == Transport.EPOLL
                ? new EpollServerSocketChannel(family)
                : new NioServerSocketChannel(SelectorProvider.provider(), family);
    }

    /** A new socket to connect to an address of this family, not yet registered. */
    public SocketChannel newChannel(InetSocketAddress address) {
        SocketProtocolFamily family = family(address);
        return transport == Transport.EPOLL
                ? new EpollSocketChannel(family)
                : new NioSocketChannel(SelectorProvider.provider(), family);
    }

    /**
     * A new datagram socket of this address's family for one loop, not yet registered. What it
     * reads is valid until the read event returns.
     *
     * @throws io.netty.channel.ChannelException where there are no file descriptors left
     */
    public DatagramChannel newDatagramChannel(Loop loop, InetSocketAddress address) {
        SocketProtocolFamily family = family(address);
        if (transport != Transport.EPOLL) {
            var channel = new NioDatagramChannel(SelectorProvider.provider(), family);
            channel.config()
                    .setRecvByteBufAllocator(new FixedRecvByteBufAllocator(DATAGRAM_BYTES_MAX));
            return channel;
        }
        var channel = new EpollDatagramChannel(family);
        channel.config().setRecvByteBufAllocator(datagramReads.at(loop));
        channel.config().setMaxDatagramPayloadSize(DatagramReads.SLOT_BYTES);
        return channel;
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
        group.shutdownGracefully(0, CLOSE_SECONDS_MAX, TimeUnit.SECONDS)
                .awaitUninterruptibly(CLOSE_SECONDS_MAX, TimeUnit.SECONDS);
    }
}
