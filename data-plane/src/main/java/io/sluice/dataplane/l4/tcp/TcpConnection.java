package io.sluice.dataplane.l4.tcp;

import io.netty.buffer.ByteBuf;
import io.netty.channel.socket.SocketChannel;
import io.sluice.dataplane.cluster.Cluster;
import io.sluice.dataplane.cluster.endpoint.Endpoint;
import io.sluice.dataplane.cluster.pool.ConnectionPool;
import io.sluice.dataplane.cluster.pool.UpstreamConnection;
import io.sluice.dataplane.cluster.pool.UpstreamUser;
import io.sluice.dataplane.net.Coalescing;
import io.sluice.dataplane.net.Failure;
import io.sluice.dataplane.net.LingeringClose;
import io.sluice.dataplane.net.Loop;
import io.sluice.dataplane.net.Phase;
import io.sluice.dataplane.net.ProxyHeaderWriter;
import io.sluice.dataplane.net.Relay;
import io.sluice.dataplane.net.RelayOptions;
import io.sluice.dataplane.telemetry.AccessRecord;
import io.sluice.dataplane.telemetry.EndpointMeter;
import io.sluice.dataplane.telemetry.Flow;
import io.sluice.dataplane.telemetry.LiveFlow;
import io.sluice.dataplane.telemetry.RouteMeter;
import io.sluice.dataplane.telemetry.TcpPath;

import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * One client connection and the one to its endpoint, from accept to access log. Of its loop's
 * thread.
 */
final class TcpConnection implements UpstreamUser, Relay.Observer, LiveFlow {
    /** Endpoints tried for one connection; nothing was sent to those that failed. */
    static final int CONNECT_ATTEMPTS_MAX = 3;

    private final TcpServing serving;
    private final Loop loop;
    private final SocketChannel client;
    private final TcpClient who;
    private final TcpProxyHandler clientHandler;
    private final RuleOnLoop rule;
    private final Cluster cluster;
    private final RouteMeter routeMeter;
    private final long id;
    private final long value64;
    private final long idleTimeoutNanos;
    private final long startMillis;
    private final long startNanos;
    private Phase phase = Phase.PICK;
    private @Nullable Endpoint endpoint;
    private @Nullable EndpointMeter endpointMeter;
    private @Nullable Relay relay;
    private @Nullable Coalescing coalescing;
    private @Nullable SocketChannel upstream;
    private long connectNanos;
    private long bytesIn;
    private long bytesOut;
    private int attempts;
    private boolean waited;

    /**
     * @param value64 random, or the client's own: chooses its cluster and endpoint
     */
    TcpConnection(TcpServing serving, Loop loop, TcpClient client, RuleOnLoop rule, long value64) {
        this.serving = serving;
        this.loop = loop;
        this.client = client.channel();
        this.who = client;
        this.clientHandler = new TcpProxyHandler(this);
        this.rule = rule;
        this.cluster = rule.rule().clusters().pick(value64);
        this.routeMeter = rule.meter(cluster);
        this.id = loop.newFlowId();
        this.value64 = value64;
        this.idleTimeoutNanos = serving.spec().idleTimeoutNanos();
        this.startMillis = serving.clock().millis();
        this.startNanos = loop.preciseNanos();
    }

    void start() {
        routeMeter.requests++;
        client.pipeline().addLast(clientHandler);
        pick(null, Failure.NO_HEALTHY_ENDPOINT);
    }

    /**
     * @param failed the endpoint that could not be connected to, and why; nobody else to try means
     *     that
     */
    private void pick(@Nullable Endpoint failed, Failure why) {
        phase = Phase.PICK;
        Endpoint picked =
                rule.rule().affinity() == null
                        ? cluster.pick(loop, value64, failed)
                        : cluster.pickSticky(loop, value64, failed);
        if (picked == null && !waited && cluster.awaitsFirstChecks(loop)) {
            waited = true;
            cluster.whenChecked(loop, this::checked);
            return;
        }
        if (picked == null || picked == failed) {
            refuse(why);
            return;
        }
        endpoint = picked;
        connect(picked);
    }

    private void checked() {
        if (phase == Phase.PICK) {
            pick(null, Failure.NO_HEALTHY_ENDPOINT);
        }
    }

    private void connect(Endpoint picked) {
        phase = Phase.CONNECT;
        attempts++;
        connectNanos = loop.preciseNanos();
        ConnectionPool pool = cluster.pool(loop, picked);
        coalescing = pool.coalescing();
        EndpointMeter meter = pool.meter();
        endpointMeter = meter;
        meter.requests++;
        pool.connect(this);
    }

    @Override
    public void connectFailed(Failure failure, Throwable cause) {
        if (phase == Phase.DONE) {
            return;
        }
        if (attempts == CONNECT_ATTEMPTS_MAX) {
            refuse(failure);
            return;
        }
        routeMeter.retries++;
        pick(endpoint, failure);
    }

    @Override
    public ProxyHeaderWriter.@Nullable Party party() {
        return who.party(loop.random64());
    }

    @Override
    public int port(int usual) {
        int came = who.localPort();
        return rule.rule().samePort() && came != 0 ? came : usual;
    }

    @Override
    public @Nullable InetAddress clientAddress() {
        InetSocketAddress address = who.address();
        return address == null ? null : address.getAddress();
    }

    @Override
    public void connected(UpstreamConnection connection) {
        if (phase == Phase.DONE) {
            connection.discard();
            return;
        }
        EndpointMeter meter = endpointMeter;
        if (meter != null) {
            meter.latency.record((loop.preciseNanos() - connectNanos) / 1_000);
        }
        phase = Phase.RESPOND;
        SocketChannel detached = connection.detach();
        upstream = detached;
        client.pipeline().remove(clientHandler);
        ByteBuf early = clientHandler.takeEarly();
        var options = new RelayOptions(idleTimeoutNanos, serving.newShaping(), coalescing);
        relay = Relay.start(loop, client, detached, early, null, options, this);
    }

    @Override
    public void sentUpstream(int bytes) {
        bytesIn += bytes;
        routeMeter.bytesIn += bytes;
        serving.listenerMeter().bytesIn += bytes;
        EndpointMeter meter = endpointMeter;
        if (meter != null) {
            meter.bytesOut += bytes;
        }
    }

    @Override
    public void sentDownstream(int bytes) {
        bytesOut += bytes;
        routeMeter.bytesOut += bytes;
        serving.listenerMeter().bytesOut += bytes;
        EndpointMeter meter = endpointMeter;
        if (meter != null) {
            meter.bytesIn += bytes;
        }
    }

    @Override
    public void ended(@Nullable Failure failure) {
        EndpointMeter meter = endpointMeter;
        if (meter != null && failure == Failure.UPSTREAM_RESET) {
            meter.failures++;
        }
        finish(failure);
    }

    /** The client went before it had an upstream. */
    void clientClosed() {
        finish(Failure.DOWNSTREAM_CLOSED);
    }

    @Override
    public void cut(Failure failure) {
        Relay current = relay;
        if (current != null) {
            current.cut(failure);
            return;
        }
        finish(failure);
        var _ = client.close();
    }

    @Override
    public long id() {
        return id;
    }

    @Override
    public long startNanos() {
        return startNanos;
    }

    @Override
    public long bytesIn() {
        return bytesIn;
    }

    @Override
    public long bytesOut() {
        return bytesOut;
    }

    @Override
    public @Nullable InetSocketAddress local() {
        return client.localAddress();
    }

    @Override
    public boolean isAt(String clusterName, String upstreamAddress) {
        return Cluster.isAt(cluster, endpoint, clusterName, upstreamAddress);
    }

    private String upstreamText() {
        Endpoint last = endpoint;
        return last == null ? "" : last.addressText();
    }

    @Override
    public @Nullable InetSocketAddress client() {
        return who.address();
    }

    @Override
    public Flow describe(long nowNanos, long cutNanos) {
        return new Flow(
                id,
                "tcp",
                who.text(),
                serving.listener(),
                rule.name(),
                cluster.name(),
                upstreamText(),
                (nowNanos - startNanos) / 1_000_000,
                bytesIn,
                bytesOut,
                TcpPath.of(client),
                TcpPath.of(upstream),
                0,
                Flow.cutInMillis(nowNanos, cutNanos));
    }

    private void refuse(Failure failure) {
        finish(failure);
        // Not a plain close: what the client sent is unread, and a reset would not look like an
        // answer.
        client.pipeline().remove(clientHandler);
        clientHandler.dropEarly();
        LingeringClose.start(loop, client);
    }

    private void finish(@Nullable Failure failure) {
        if (phase == Phase.DONE) {
            return;
        }
        Phase endedIn = phase;
        phase = Phase.DONE;
        if (failure != null && failure.side() != Failure.Side.DOWNSTREAM) {
            routeMeter.failures++;
        }
        long durationMicros = (loop.preciseNanos() - startNanos) / 1_000;
        routeMeter.latency.record(durationMicros);
        if (serving.accessLog().enabled()) {
            log(failure, endedIn, durationMicros);
        }
        serving.ended(this);
    }

    private void log(@Nullable Failure failure, Phase endedIn, long durationMicros) {
        serving.accessLog()
                .write(
                        new AccessRecord(
                                startMillis,
                                serving.listener(),
                                "",
                                rule.name(),
                                cluster.name(),
                                upstreamText(),
                                who.text(),
                                "",
                                "",
                                "",
                                0,
                                failure == null ? "" : failure.name(),
                                (failure == null ? Phase.DONE : endedIn).name(),
                                bytesIn,
                                bytesOut,
                                durationMicros,
                                attempts,
                                ""));
    }

    // The relay takes the connection over within connected(): nothing of the following ever comes.

    @Override
    public void read(ByteBuf bytes) {
        throw detached();
    }

    @Override
    public void readComplete() {
        throw detached();
    }

    @Override
    public void writabilityChanged() {
        throw detached();
    }

    @Override
    public void inputClosed() {
        throw detached();
    }

    @Override
    public void closed(@Nullable Throwable cause) {
        throw detached();
    }

    private static IllegalStateException detached() {
        return new IllegalStateException("the connection was detached");
    }
}
