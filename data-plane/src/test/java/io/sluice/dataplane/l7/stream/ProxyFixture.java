package io.sluice.dataplane.l7.stream;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.sluice.dataplane.cluster.Cluster;
import io.sluice.dataplane.cluster.ClusterSpec;
import io.sluice.dataplane.cluster.Clusters;
import io.sluice.dataplane.cluster.ClustersChange;
import io.sluice.dataplane.cluster.LeaveSpec;
import io.sluice.dataplane.cluster.WeightedClusters;
import io.sluice.dataplane.cluster.balancer.Policy;
import io.sluice.dataplane.cluster.endpoint.EndpointSpec;
import io.sluice.dataplane.cluster.endpoint.UpstreamProtocol;
import io.sluice.dataplane.cluster.pool.IdleOptions;
import io.sluice.dataplane.l7.codec.HeadLimits;
import io.sluice.dataplane.l7.filter.FilterChain;
import io.sluice.dataplane.l7.route.ExchangeTimeouts;
import io.sluice.dataplane.l7.route.RetryPolicy;
import io.sluice.dataplane.l7.route.Route;
import io.sluice.dataplane.l7.route.RouteAction;
import io.sluice.dataplane.l7.route.RouteTable;
import io.sluice.dataplane.net.Arrival;
import io.sluice.dataplane.net.Bandwidth;
import io.sluice.dataplane.net.EventLoops;
import io.sluice.dataplane.net.Loop;
import io.sluice.dataplane.net.PerLoop;
import io.sluice.dataplane.net.ProxySending;
import io.sluice.dataplane.net.TestTransport;
import io.sluice.dataplane.net.UpstreamSocketSpec;
import io.sluice.dataplane.telemetry.AccessLog;
import io.sluice.dataplane.telemetry.AccessRecord;
import io.sluice.dataplane.telemetry.LoopMeters;
import io.sluice.dataplane.tls.ClientTls;
import io.sluice.dataplane.tls.ServerTls;
import io.sluice.dataplane.tls.TlsEdgeHandler;
import io.sluice.proto.HostPort;

import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/** One loop with an HTTP listener on a real socket and one cluster. */
final class ProxyFixture implements AutoCloseable {
    static final ExchangeTimeouts TIMEOUTS =
            new ExchangeTimeouts(60_000_000_000L, 60_000_000_000L, 0);
    static final RetryPolicy RETRY = new RetryPolicy(2, true);

    /** To connect, and for the handshake then: on a slow machine the first one takes long. */
    private static final int CONNECT_MILLIS = 60_000;

    /** Connections to upstreams stay, however long a test is held up between two requests. */
    private static final IdleOptions IDLE = new IdleOptions(1_024, 3_600_000_000_000L, 0);

    final EventLoops loops;
    final Loop loop;
    final LoopMeters meters;
    final BlockingQueue<AccessRecord> records = new LinkedBlockingQueue<>();
    final HttpServing serving;
    final Bandwidth bandwidth;

    /** The most bytes that waited for a client after one of its reads. */
    volatile long waitingBytesMax;

    /**
     * Whether a handler before the connection's own spoils what it might wrongly keep. With one,
     * nothing is written past the pipeline.
     */
    volatile boolean spoils = true;

    private final Clusters clusters;
    private final List<ClusterSpec> specs = new ArrayList<>();
    private final ServerSocketChannel server;

    private final @Nullable ServerTls tls;

    // Of the loop: the client that came last.
    private @Nullable SocketChannel client;

    ProxyFixture(HttpSpec spec) {
        this(spec, null, System::nanoTime);
    }

    /**
     * @param tls what the listener ends; null for in the clear
     */
    ProxyFixture(HttpSpec spec, @Nullable ServerTls tls) {
        this(spec, tls, System::nanoTime);
    }

    /** One whose loop goes by a clock that the test moves. */
    ProxyFixture(HttpSpec spec, StoppedClock clock) {
        this(spec, null, clock);
    }

    /**
     * @param tls what the listener ends; null for in the clear
     * @param clockNanos what its loop goes by
     */
    ProxyFixture(HttpSpec spec, @Nullable ServerTls tls, LongSupplier clockNanos) {
        this.tls = tls;
        loops = EventLoops.open(TestTransport.get(), 1, clockNanos);
        loop = loops.at(0);
        meters = new LoopMeters(loop::execute, 1000);
        PerLoop<LoopMeters> perLoop = PerLoop.create(loops, any -> meters);
        clusters =
                new Clusters(
                        loops,
                        perLoop,
                        host -> {
                            throw new java.net.UnknownHostException(host);
                        },
                        InstantSource.system());
        bandwidth = new Bandwidth(loops);
        serving =
                new HttpServing(
                        loop,
                        "web",
                        spec,
                        RouteTable.EMPTY,
                        bandwidth.on(loop),
                        meters,
                        new RecordingLog());
        InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        server = loops.newServerChannel(any);
        server.pipeline().addLast(new Acceptor());
        loop.eventLoop().register(server).syncUninterruptibly();
        server.bind(any).syncUninterruptibly();
    }

    static HttpSpec spec() {
        return spec(new HttpSpec.Timeouts(60_000_000_000L, 60_000_000_000L, 60_000_000_000L));
    }

    static HttpSpec spec(HttpSpec.Timeouts timeouts) {
        return new HttpSpec(
                timeouts,
                new HeadLimits(16 * 1024, 100),
                Long.MAX_VALUE,
                1000,
                Networks.NONE,
                new HttpSpec.Additions(true, true, true, true, false),
                true);
    }

    /** As {@link #spec()}, but for these. */
    static HttpSpec spec(
            long bodyBytesMax,
            HttpSpec.Additions additions,
            HttpSpec.Https https,
            boolean grpcWeb) {
        HttpSpec plain = spec();
        return new HttpSpec(
                plain.timeouts(),
                plain.headLimits(),
                bodyBytesMax,
                plain.connectionsMax(),
                plain.trustedProxies(),
                additions,
                plain.normalizePath(),
                https,
                plain.h2c(),
                plain.http2Limits(),
                grpcWeb);
    }

    /** A proxy in front of these upstreams, in one cluster, for every request. */
    static ProxyFixture before(ScriptedUpstream... upstreams) {
        return before(new ProxyFixture(spec()), upstreams);
    }

    /** The same by a clock that the test moves. */
    static ProxyFixture before(StoppedClock clock, ScriptedUpstream... upstreams) {
        return before(new ProxyFixture(spec(), clock), upstreams);
    }

    private static ProxyFixture before(ProxyFixture proxy, ScriptedUpstream... upstreams) {
        proxy.forwardAll(proxy.cluster("up", addresses(upstreams)), TIMEOUTS, FilterChain.EMPTY);
        return proxy;
    }

    static InetSocketAddress[] addresses(ScriptedUpstream... upstreams) {
        return Arrays.stream(upstreams)
                .map(ScriptedUpstream::address)
                .toArray(InetSocketAddress[]::new);
    }

    InetSocketAddress address() {
        return server.localAddress();
    }

    RawClient client() throws java.io.IOException {
        return new RawClient(address());
    }

    Cluster cluster(String name, InetSocketAddress... addresses) {
        return cluster(name, UpstreamProtocol.HTTP1, addresses);
    }

    Cluster cluster(String name, UpstreamProtocol protocol, InetSocketAddress... addresses) {
        return cluster(name, protocol, null, addresses);
    }

    Cluster cluster(
            String name,
            UpstreamProtocol protocol,
            @Nullable ClientTls upstreamTls,
            InetSocketAddress... addresses) {
        List<EndpointSpec> endpoints = new ArrayList<>();
        for (InetSocketAddress address : addresses) {
            endpoints.add(
                    new EndpointSpec(
                            new HostPort(address.getAddress().getHostAddress(), address.getPort()),
                            1,
                            Map.of()));
        }
        specs.add(
                new ClusterSpec(
                        name,
                        endpoints,
                        Policy.ROUND_ROBIN,
                        null,
                        CONNECT_MILLIS,
                        upstreamTls,
                        protocol,
                        ProxySending.NONE,
                        IDLE,
                        LeaveSpec.DEFAULT,
                        UpstreamSocketSpec.USUAL));
        ClustersChange change = clusters.prepare(specs);
        clusters.warm(change).join();
        onLoop(() -> clusters.switchOn(loop, change));
        clusters.commit(change);
        return Objects.requireNonNull(clusters.live(name));
    }

    void forwardAll(Cluster cluster, ExchangeTimeouts timeouts, FilterChain filters) {
        use(route(cluster, timeouts, filters));
    }

    static Route route(Cluster cluster, ExchangeTimeouts timeouts, FilterChain filters) {
        return new Route(
                "shop",
                "all",
                new RouteAction.Forward(WeightedClusters.only(cluster), timeouts, RETRY),
                filters);
    }

    void use(Route route) {
        onLoop(() -> serving.apply(serving.spec(), head -> route));
    }

    void onLoop(Runnable task) {
        loops.onEach(each -> task.run()).join();
    }

    /** Moves the clock; whatever was due by then, two ticks before, has happened on return. */
    void pass(StoppedClock clock, Duration time) {
        long until = clock.add(time);
        AtomicBoolean seen = new AtomicBoolean();
        while (!seen.get()) {
            // Timers expire in the task in which their wheel sees the new time.
            onLoop(() -> seen.set(loop.nowNanos() == until));
        }
    }

    /** What the next stream of HTTP/2 is going to be. */
    Http2Downstream nextStream() {
        AtomicReference<Http2Downstream> next = new AtomicReference<>();
        onLoop(
                () -> {
                    Http2Downstream spare = serving.takeStream(ByteBufAllocator.DEFAULT);
                    serving.giveBack(spare);
                    next.set(spare);
                });
        return Objects.requireNonNull(next.get());
    }

    /** Whether the socket of the client that came last takes what is written. */
    boolean clientWritable() {
        assert loop.inEventLoop();
        return Objects.requireNonNull(client).isWritable();
    }

    /** Whether the client that came last has ended its side, as the proxy sees it. */
    boolean clientEnded() {
        assert loop.inEventLoop();
        SocketChannel last = client;
        return last != null && last.isInputShutdown();
    }

    /** Whether nothing is read from the client that came last. */
    boolean clientPaused() {
        assert loop.inEventLoop();
        return client != null && !client.config().isAutoRead();
    }

    /** Waits until something holds, which is asked on the loop. */
    void await(BooleanSupplier condition) {
        AtomicBoolean holds = new AtomicBoolean();
        while (!holds.get()) {
            onLoop(() -> holds.set(condition.getAsBoolean()));
        }
    }

    /** The record of the next request that ends. */
    AccessRecord record() throws InterruptedException {
        AccessRecord record = records.poll(60, TimeUnit.SECONDS);
        if (record == null) {
            throw new AssertionError("no access record");
        }
        return record;
    }

    @Override
    public void close() {
        onLoop(serving::cut);
        server.close().syncUninterruptibly();
        clusters.close();
        loops.close();
    }

    private final class Acceptor extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            SocketChannel child = (SocketChannel) message;
            client = child;
            if (spoils) {
                child.pipeline().addLast(new ScratchSpoiler());
            }
            if (tls == null) {
                serving.accepted(child, Arrival.PLAIN);
            } else {
                child.pipeline().addFirst(tls.newHandler(child.alloc(), "shop.example"));
                child.pipeline().addLast(new TlsEdgeHandler(), new AfterHandshake(child));
            }
            var _ = loop.eventLoop().register(child);
        }
    }

    /** Lets the listener have the connection once TLS has agreed on a protocol. */
    private final class AfterHandshake extends ChannelInboundHandlerAdapter {
        private final SocketChannel child;

        AfterHandshake(SocketChannel child) {
            this.child = child;
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof SslHandshakeCompletionEvent done && done.isSuccess()) {
                String agreed = ctx.pipeline().get(SslHandler.class).applicationProtocol();
                ctx.pipeline().remove(this);
                serving.accepted(child, new Arrival(null, true, agreed == null ? "" : agreed, ""));
            }
        }
    }

    /** Overwrites the loop's scratch after each read: whoever still looks at it sees nonsense. */
    private final class ScratchSpoiler extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ctx.fireChannelRead(message);
            Arrays.fill(loop.headScratch(), (byte) '!');
            ChannelOutboundBuffer waiting = ctx.channel().unsafe().outboundBuffer();
            if (waiting != null) {
                waitingBytesMax = Math.max(waitingBytesMax, waiting.totalPendingWriteBytes());
            }
        }
    }

    private final class RecordingLog implements AccessLog {
        @Override
        public boolean enabled() {
            return true;
        }

        @Override
        public void write(AccessRecord line) {
            records.add(line);
        }

        @Override
        public long dropped() {
            return 0;
        }

        @Override
        public void reopen() {}

        @Override
        public void close() {}
    }
}
