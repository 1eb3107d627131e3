package io.sluice.dataplane.cluster.pool;

import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.SslHandler;
import io.sluice.dataplane.cluster.endpoint.Endpoint;
import io.sluice.dataplane.cluster.endpoint.UpstreamProtocol;
import io.sluice.dataplane.net.Coalescing;
import io.sluice.dataplane.net.DatagramConnection;
import io.sluice.dataplane.net.DatagramRoute;
import io.sluice.dataplane.net.EventLoops;
import io.sluice.dataplane.net.Failure;
import io.sluice.dataplane.net.LocalFault;
import io.sluice.dataplane.net.Loop;
import io.sluice.dataplane.net.ProxySending;
import io.sluice.dataplane.net.SocketTuning;
import io.sluice.dataplane.net.Timer;
import io.sluice.dataplane.net.UpstreamSocketSpec;
import io.sluice.dataplane.telemetry.EndpointMeter;
import io.sluice.dataplane.tls.ClientTls;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.net.InetSocketAddress;

/**
 * The connections of one loop to one endpoint. The one idle for the shortest time is lent first, so
 * that the others age and close. Of its loop's thread.
 */
public final class ConnectionPool {
    private static final Logger log = LoggerFactory.getLogger(ConnectionPool.class);

    /** Between two lines in the log about TLS with an endpoint. */
    private static final long TLS_LOG_NANOS = 10_000_000_000L;

    /** From a connection opened ahead that failed, or was not kept by the endpoint, to the next. */
    private static final long READY_PAUSE_NANOS = 1_000_000_000L;

    private final EventLoops loops;
    private final Loop loop;
    private final Endpoint endpoint;
    private final EndpointMeter meter;
    private final Timer idleTimer;
    private final Timer readyTimer;
    private PoolOptions options;
    private LocalEnd local;
    private @Nullable UpstreamConnection newest;
    private @Nullable UpstreamConnection oldest;
    private int idle;
    private int opening;
    private boolean retired;
    private UpstreamProtocol spoken;
    private boolean tlsFailureLogged;
    private long tlsFailureLoggedNanos;
    private final Http2Pool shared = new Http2Pool();

    /** An empty pool. */
    public ConnectionPool(
            EventLoops loops,
            Loop loop,
            Endpoint endpoint,
            PoolOptions options,
            EndpointMeter meter) {
        this.loops = loops;
        this.meter = meter;
        this.loop = loop;
        this.endpoint = endpoint;
        this.options = options;
        this.local = new LocalEnd(loop, endpoint, options.sockets());
        this.spoken = options.protocol();
        this.idleTimer = loop.newTimer(this::closeExpired);
        this.readyTimer = loop.newTimer(this::openReady);
    }

    /** Where its connections go. */
    public Endpoint endpoint() {
        return endpoint;
    }

    /**
     * What this loop counts for the endpoint. The pool counts what is active, connections opened
     * and failed connects; the rest is the user's.
     */
    public EndpointMeter meter() {
        return meter;
    }

    /** What connections and datagrams to the endpoint begin with. */
    public ProxySending proxy() {
        return options.proxy();
    }

    /** Its connections of HTTP/2, which have several users each. */
    public Http2Pool shared() {
        return shared;
    }

    /**
     * What the endpoint speaks to HTTP requests: what is configured or, where that is {@link
     * UpstreamProtocol#AUTO}, what its latest connection agreed on, AUTO before the first one.
     */
    public UpstreamProtocol spoken() {
        return spoken;
    }

    /** Whether {@link #spoken} is left to the endpoint. */
    public boolean chooses() {
        return options.protocol() == UpstreamProtocol.AUTO;
    }

    /** How small segments to the endpoint are put together; null for not at all. */
    public @Nullable Coalescing coalescing() {
        return options.sockets().coalescing();
    }

    /** How many are idle now. */
    public int idle() {
        return idle;
    }

    /**
     * Lends an idle connection or makes one. The endpoint's load counts the user from now until it
     * gives the connection back. One that no longer wants it says so when it is {@link
     * UpstreamUser#connected}.
     */
    public void acquire(UpstreamUser user) {
        assert loop.inEventLoop();
        UpstreamConnection connection = newest;
        if (connection == null) {
            connect(user);
        } else {
            forget(connection);
            began();
            connection.lendTo(user);
        }
        openReady();
    }

    /** Opens connections ahead, as many as the options say and are not there or coming. */
    public void openReady() {
        assert loop.inEventLoop();
        while (!retired && idle + opening < options.idle().ready() && !readyTimer.armed()) {
            opening++;
            open(new ReadyUser(this), UpstreamConnection.Use.SHARED);
        }
    }

    /** One that was opened ahead is there. */
    void opened(UpstreamConnection connection) {
        opening--;
        connection.releaseUnshared();
    }

    /** One that was opened ahead failed. */
    void openFailed() {
        opening--;
        pauseReady();
    }

    /** The endpoint closed one that was idle. */
    void dropped(UpstreamConnection connection) {
        forget(connection);
        pauseReady();
    }

    // An endpoint that takes no connection, or keeps none, is not asked again and again.
    private void pauseReady() {
        if (options.idle().ready() > 0 && !retired && !readyTimer.armed()) {
            readyTimer.arm(READY_PAUSE_NANOS);
        }
    }

    /** Makes a connection, even if some are idle: for users that cannot share one. */
    public void connect(UpstreamUser user) {
        began();
        open(user, UpstreamConnection.Use.EXCLUSIVE);
    }

    /**
     * Makes a connection to be shared. The endpoint's load counts those who share it, by {@link
     * #began} and {@link #ended}, not the connection.
     */
    public void connectShared(UpstreamUser user) {
        open(user, UpstreamConnection.Use.SHARED);
    }

    private void open(UpstreamUser user, UpstreamConnection.Use use) {
        assert loop.inEventLoop();
        open(user, use, 1);
    }

    /**
     * @param trial counts the local addresses that this was tried from
     */
    private void open(UpstreamUser user, UpstreamConnection.Use use, int trial) {
        InetSocketAddress from = local.next(user);
        SocketChannel channel;
        try {
            channel = newChannel(from);
        } catch (ChannelException e) {
            // Out of file descriptors, or the kernel took an option no more.
            failLater(user, use, e);
            return;
        }
        var connection = new UpstreamConnection(this, channel, user, use);
        var _ = loop.eventLoop().register(channel);
        InetSocketAddress to = addressFor(user);
        ChannelFuture connected = from == null ? channel.connect(to) : channel.connect(to, from);
        if (connected.isDone() && !connected.isSuccess()) {
            Throwable cause = connectFailed(connection, connected);
            if (local.triesNext(from, trial, cause)) {
                open(user, use, trial + 1);
            } else {
                failLater(user, use, cause);
            }
            return;
        }
        connected.addListener(
                done -> {
                    if (done.isSuccess()) {
                        options.proxy().begin(channel, user.party());
                        secure(channel, connection, user, use);
                        return;
                    }
                    Throwable cause = connectFailed(connection, connected);
                    if (local.triesNext(from, trial, cause)) {
                        open(user, use, trial + 1);
                    } else {
                        fail(user, use, cause);
                    }
                });
    }

    /**
     * A UDP socket to the endpoint, from the next of the cluster's local addresses that has a port
     * left; no connection of this pool.
     *
     * @param to the endpoint's address, with whatever port
     * @throws ChannelException where there are no file descriptors left
     * @throws IOException where it does not connect; {@link #localFault} says if that is why
     */
    public DatagramConnection connectDatagrams(
            InetSocketAddress to, DatagramConnection.User datagramUser) throws IOException {
        assert loop.inEventLoop();
        for (int trial = 1; ; trial++) {
            InetSocketAddress from = local.nextOfDatagrams();
            var route = DatagramRoute.of(to, from, local.spec().socket());
            try {
                return loops.connectDatagrams(loop, route, datagramUser);
            } catch (IOException e) {
                if (!local.triesNextOfDatagrams(from, trial, e)) {
                    throw e;
                }
            }
        }
    }

    /** What on this node kept a UDP socket from connecting; said in the log and counted. */
    public LocalFault localFault(IOException cause) {
        LocalFault fault = LocalFault.ofDatagrams(cause);
        if (fault != LocalFault.NONE) {
            local.log(fault);
        }
        if (fault == LocalFault.PORTS_EXHAUSTED) {
            meter.portsExhausted++;
        }
        return fault;
    }

    private InetSocketAddress addressFor(UpstreamUser user) {
        InetSocketAddress usual = endpoint.address();
        int port = user.port(usual.getPort());
        return port == usual.getPort() ? usual : new InetSocketAddress(usual.getAddress(), port);
    }

    private static Throwable connectFailed(UpstreamConnection connection, ChannelFuture connected) {
        connection.connectFailed();
        // Netty leaves it open where it could not be bound.
        var _ = connection.channel().close();
        Throwable cause = connected.cause();
        return cause == null ? new ChannelException("cancelled") : cause;
    }

    private void secure(
            SocketChannel channel,
            UpstreamConnection connection,
            UpstreamUser user,
            UpstreamConnection.Use use) {
        ClientTls tls = options.tls();
        if (tls == null) {
            meter.connectionsOpened++;
            connection.connected();
            return;
        }
        connection.tls = tls;
        int timeoutMillis = options.connectTimeoutMillis();
        boolean onlyHttp1 = user.onlyHttp1();
        SslHandler handler =
                onlyHttp1
                        ? tls.startHttp1(channel, endpoint.address(), timeoutMillis)
                        : tls.start(channel, endpoint.address(), timeoutMillis);
        handler.handshakeFuture()
                .addListener(
                        agreed -> {
                            if (agreed.isSuccess()) {
                                agreed(connection, handler, onlyHttp1);
                                meter.connectionsOpened++;
                                connection.connected();
                                return;
                            }
                            connection.connectFailed();
                            var _ = channel.close();
                            fail(user, use, new UpstreamTlsException(agreed.cause()));
                        });
    }

    // RFC 7301 section 3.2: an endpoint that knows nothing of ALPN speaks what was usual before.
    private void agreed(UpstreamConnection connection, SslHandler handler, boolean onlyHttp1) {
        if (options.protocol() != UpstreamProtocol.AUTO) {
            return;
        }
        boolean http2 = UpstreamProtocol.ALPN_H2.equals(handler.applicationProtocol());
        connection.agreed = http2 ? UpstreamProtocol.H2 : UpstreamProtocol.HTTP1;
        if (!onlyHttp1) {
            spoken = connection.agreed;
        }
    }

    private SocketChannel newChannel(@Nullable InetSocketAddress from) {
        if (!local.reaches(from)) {
            throw new ChannelException("the client's address is of another family");
        }
        UpstreamSocketSpec sockets = local.spec();
        SocketChannel channel = loops.newChannel(endpoint.address());
        channel.config().setConnectTimeoutMillis(options.connectTimeoutMillis());
        channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        try {
            SocketTuning.connecting(channel, endpoint.address(), sockets.socket());
            if (from != null) {
                SocketTuning.comingFrom(channel);
            }
            if (sockets.transparent() && from != null) {
                SocketTuning.transparent(channel);
            }
        } catch (ChannelException e) {
            channel.unsafe().closeForcibly();
            throw e;
        }
        return channel;
    }

    private void failLater(UpstreamUser user, UpstreamConnection.Use use, Throwable cause) {
        loop.execute(() -> fail(user, use, cause));
    }

    private void fail(UpstreamUser user, UpstreamConnection.Use use, Throwable cause) {
        if (use == UpstreamConnection.Use.EXCLUSIVE) {
            ended();
        }
        LocalFault here = local.fault(cause);
        if (here != LocalFault.NONE) {
            local.log(here);
            if (here == LocalFault.ADDRESS_MISSING) {
                user.connectFailed(Failure.SOURCE_ADDRESS_MISSING, cause);
                return;
            }
            meter.portsExhausted++;
            user.connectFailed(Failure.PORTS_EXHAUSTED, cause);
            return;
        }
        meter.connectFailures++;
        if (cause instanceof UpstreamTlsException tls) {
            tlsFailed(user, tls);
            return;
        }
        Failure failure =
                cause instanceof ConnectTimeoutException
                        ? Failure.CONNECT_TIMEOUT
                        : Failure.CONNECT_FAILED;
        user.connectFailed(failure, cause);
    }

    private void tlsFailed(UpstreamUser user, UpstreamTlsException failed) {
        long now = loop.nowNanos();
        if (!tlsFailureLogged || now - tlsFailureLoggedNanos > TLS_LOG_NANOS) {
            tlsFailureLogged = true;
            tlsFailureLoggedNanos = now;
            log.warn(
                    "event=upstream-tls-failed cluster={} endpoint={} problem=\"{}\"",
                    endpoint.cluster(),
                    endpoint.addressText(),
                    failed.getMessage());
        }
        user.connectFailed(
                failed.isTimeout() ? Failure.CONNECT_TIMEOUT : Failure.UPSTREAM_TLS_FAILED, failed);
    }

    /** What holds from the next connection on. */
    public void changeOptions(PoolOptions changed) {
        boolean otherTls = options.tls() != changed.tls();
        if (otherTls || options.protocol() != changed.protocol()) {
            spoken = changed.protocol();
        }
        if (!options.sockets().equals(changed.sockets())) {
            local = new LocalEnd(loop, endpoint, changed.sockets());
        }
        options = changed;
        int idleMax = changed.idle().max();
        while (idle > idleMax && oldest != null) {
            closeIdle(oldest);
        }
        while (otherTls && oldest != null) {
            closeIdle(oldest);
        }
        if (otherTls) {
            shared.leaveAll();
        }
    }

    /** The endpoint left: closes what is idle, and what is lent once it comes back. */
    public void retire() {
        retired = true;
        idleTimer.cancel();
        readyTimer.cancel();
        while (oldest != null) {
            closeIdle(oldest);
        }
        shared.retire();
    }

    /** A user of a shared connection begins. */
    public void began() {
        endpoint.began(loop);
        meter.active++;
    }

    /** It is gone. */
    public void ended() {
        endpoint.ended(loop);
        meter.active--;
    }

    void keep(UpstreamConnection connection) {
        // What was verified by other rules is not used again.
        if (retired
                || options.idle().max() == 0
                || connection.tls != options.tls()
                || !connection.speaks(UpstreamProtocol.HTTP1)) {
            connection.close();
            return;
        }
        UpstreamConnection eldest = oldest;
        if (idle >= options.idle().max() && eldest != null) {
            closeIdle(eldest);
        }
        connection.idleSinceNanos = loop.nowNanos();
        connection.older = newest;
        if (newest != null) {
            newest.newer = connection;
        }
        newest = connection;
        if (oldest == null) {
            oldest = connection;
        }
        idle++;
        if (!idleTimer.armed()) {
            idleTimer.arm(options.idle().timeoutNanos());
        }
    }

    void forget(UpstreamConnection connection) {
        UpstreamConnection newer = connection.newer;
        UpstreamConnection older = connection.older;
        if (newer == null) {
            newest = older;
        } else {
            newer.older = older;
        }
        if (older == null) {
            oldest = newer;
        } else {
            older.newer = newer;
        }
        connection.newer = null;
        connection.older = null;
        idle--;
    }

    private void closeIdle(UpstreamConnection connection) {
        forget(connection);
        connection.close();
    }

    private void closeExpired() {
        long now = loop.nowNanos();
        UpstreamConnection eldest = oldest;
        while (eldest != null) {
            long leftNanos = options.idle().timeoutNanos() - (now - eldest.idleSinceNanos);
            if (leftNanos > 0) {
                idleTimer.arm(leftNanos);
                return;
            }
            closeIdle(eldest);
            eldest = oldest;
        }
        openReady();
    }
}
