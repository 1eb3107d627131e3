package io.sluice.controlplane.discovery;

import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.sluice.controlplane.fleet.Fleet;
import io.sluice.controlplane.fleet.StatsHistory;
import io.sluice.controlplane.rollout.RolloutLoop;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** The gRPC server that nodes connect to. Lives from {@link #start} to {@link #close}. */
public final class DiscoveryServer implements AutoCloseable {
    /** Nodes ping at most so often; below it they are sent away with "too many pings". */
    private static final long PERMITTED_PING_SECONDS = 20;

    /** A connection on which nothing came in for so long is asked for a sign of life... */
    private static final long PING_SECONDS = 10;

    /** ... and dropped without one, so that a node that vanished frees its name. */
    private static final long PING_TIMEOUT_SECONDS = 5;

    /** Sync, Report, one of each that replaces them, and answers. */
    private static final int CALLS_PER_CONNECTION_MAX = 32;

    /** Bytes a node may send before it is read: small, since nodes send little. */
    private static final int FLOW_CONTROL_WINDOW_BYTES = 64 * 1024;

    /** Bytes of one message of a node: the health of all its endpoints is the largest. */
    private static final int MESSAGE_BYTES_MAX = 4 * 1024 * 1024;

    private static final int SWEEP_SECONDS = 1;
    private static final long CLOSE_SECONDS_MAX = 5;

    private final EventLoopGroup loops;
    private final ExecutorService counting;
    private final Server server;

    private DiscoveryServer(EventLoopGroup loops, ExecutorService counting, Server server) {
        this.loops = loops;
        this.counting = counting;
        this.server = server;
    }

    /**
     * Binds and serves.
     *
     * @param registry where the metrics of this area are registered
     * @throws IOException if the address cannot be bound
     */
    public static DiscoveryServer start(
            DiscoveryOptions options,
            RolloutLoop rollout,
            Fleet fleet,
            StatsHistory stats,
            PrometheusRegistry registry)
            throws IOException {
        DiscoveryMetrics metrics = new DiscoveryMetrics(registry);
        NameCache names = new NameCache();
        ExecutorService counting =
                Executors.newSingleThreadExecutor(
                        Thread.ofPlatform().name("stats-counting").daemon().factory());
        SyncService sync = new SyncService(options, rollout, names, metrics, System::nanoTime);
        ReportService report =
                new ReportService(
                        fleet, stats, rollout, counting, names, metrics, options.reportInterval());
        AnswerService answer = new AnswerService(sync);
        fleet.askedThrough(answer);
        EventLoopGroup loops =
                new MultiThreadIoEventLoopGroup(
                        options.eventLoops(), new DefaultThreadFactory("discovery"), ioHandler());
        Server server =
                NettyServerBuilder.forAddress(options.address())
                        .bossEventLoopGroup(loops)
                        .workerEventLoopGroup(loops)
                        .channelType(channelType())
                        // Handlers only post and enqueue; they may run on the event loops.
                        .directExecutor()
                        .maxInboundMessageSize(MESSAGE_BYTES_MAX)
                        .maxConcurrentCallsPerConnection(CALLS_PER_CONNECTION_MAX)
                        .flowControlWindow(FLOW_CONTROL_WINDOW_BYTES)
                        .permitKeepAliveTime(PERMITTED_PING_SECONDS, TimeUnit.SECONDS)
                        .permitKeepAliveWithoutCalls(true)
                        .keepAliveTime(PING_SECONDS, TimeUnit.SECONDS)
                        .keepAliveTimeout(PING_TIMEOUT_SECONDS, TimeUnit.SECONDS)
                        .addService(DiscoveryService.of(sync, report, answer))
                        .build();
        DiscoveryServer discovery = new DiscoveryServer(loops, counting, server);
        try {
            server.start();
        } catch (IOException e) {
            discovery.close();
            throw e;
        }
        var _ =
                loops.scheduleAtFixedRate(
                        sync::sweep, SWEEP_SECONDS, SWEEP_SECONDS, TimeUnit.SECONDS);
        return discovery;
    }

    /** Where it listens, with the port that was bound. */
    public InetSocketAddress address() {
        return (InetSocketAddress) server.getListenSockets().getFirst();
    }

    /** Ends all streams and frees the port; waits for that, bounded. */
    @Override
    public void close() {
        server.shutdownNow();
        try {
            server.awaitTermination(CLOSE_SECONDS_MAX, TimeUnit.SECONDS);
            counting.shutdown();
            loops.shutdownGracefully(0, CLOSE_SECONDS_MAX, TimeUnit.SECONDS)
                    .await(CLOSE_SECONDS_MAX, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static IoHandlerFactory ioHandler() {
        return Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
    }

    private static Class<? extends ServerChannel> channelType() {
        return Epoll.isAvailable() ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
    }
}
