package io.sluice.dataplane.l4.udp;

import io.netty.buffer.ByteBuf;
import io.sluice.dataplane.cluster.Cluster;
import io.sluice.dataplane.cluster.endpoint.Endpoint;
import io.sluice.dataplane.l4.SourceAffinity;
import io.sluice.dataplane.net.DatagramConnection;
import io.sluice.dataplane.net.DatagramShaping;
import io.sluice.dataplane.net.Failure;
import io.sluice.dataplane.net.Loop;
import io.sluice.dataplane.net.Phase;
import io.sluice.dataplane.net.ShapedDatagrams;
import io.sluice.dataplane.net.Timer;
import io.sluice.dataplane.telemetry.AccessRecord;
import io.sluice.dataplane.telemetry.Flow;
import io.sluice.dataplane.telemetry.LiveFlow;
import io.sluice.dataplane.telemetry.RouteMeter;
import io.sluice.dataplane.telemetry.TcpPath;
import io.sluice.proto.HostPort;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;

/**
 * One client and the endpoint that it was given, from the first datagram to the access log; in
 * per-datagram mode one datagram and its replies. Of its loop's thread.
 */
final class UdpSession implements DatagramConnection.User, SessionTable.Entry, LiveFlow {
    /** Endpoints tried for one session. */
    static final int ATTEMPTS_MAX = 3;

    // Owned by SessionList.
    @Nullable SessionList list;
    @Nullable UdpSession older;
    @Nullable UdpSession newer;

    private final Newcomer newcomer;
    private final InetSocketAddress client;
    private final int hash;
    private final long id;
    private final UdpServing serving;
    private final Loop loop;
    private final DownstreamSocket downstream;
    private final UdpUpstream upstream;
    private final Cluster cluster;
    private final RouteMeter routeMeter;
    private final UdpSpec spec;
    private final Timer idle;
    private final HeldDatagrams held;
    private final @Nullable DatagramShaping shaping;
    private final long startMillis;
    private final long startNanos;
    private Phase phase = Phase.PICK;
    private @Nullable ByteBuf untaken;
    private InetSocketAddress peer;
    private long lastNanos;
    private long bytesIn;
    private long bytesOut;
    private int replies;
    private int answered;
    private boolean begun;
    private boolean waited;
    private boolean established;

    UdpSession(
            UdpServing serving,
            DownstreamSocket downstream,
            Newcomer newcomer,
            Cluster cluster,
            RouteMeter routeMeter,
            UdpSpec spec) {
        this.serving = serving;
        this.loop = serving.loop();
        this.id = loop.newFlowId();
        this.downstream = downstream;
        this.newcomer = newcomer;
        this.client = newcomer.client();
        this.peer = newcomer.peer();
        this.hash = downstream.hash(client);
        this.cluster = cluster;
        this.routeMeter = routeMeter;
        this.spec = spec;
        this.upstream =
                new UdpUpstream(this, serving, cluster, downstream, newcomer, spec.samePort());
        this.idle = loop.newTimer(this::idle);
        this.held = new HeldDatagrams(serving.held());
        this.shaping =
                serving.context()
                        .bandwidth()
                        .newDatagramShaping(this::passUpstream, this::passDownstream);
        this.startMillis = serving.context().clock().millis();
        this.startNanos = loop.preciseNanos();
        this.lastNanos = startNanos;
    }

    @Override
    public InetSocketAddress client() {
        return client;
    }

    @Override
    public int hash() {
        return hash;
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
        return downstream.local();
    }

    @Override
    public boolean isAt(String clusterName, String upstreamAddress) {
        return Cluster.isAt(cluster, upstream.endpoint(), clusterName, upstreamAddress);
    }

    @Override
    public Flow describe(long nowNanos, long cutNanos) {
        String listener = serving.context().listener();
        return new Flow(
                id,
                "udp",
                HostPort.of(client).toString(),
                listener,
                "listener:" + listener,
                cluster.name(),
                upstream.addressText(),
                (nowNanos - startNanos) / 1_000_000,
                bytesIn,
                bytesOut,
                TcpPath.UNKNOWN,
                TcpPath.UNKNOWN,
                0,
                Flow.cutInMillis(nowNanos, cutNanos));
    }

    @Override
    public void cut(Failure why) {
        end(why);
    }

    void start(ByteBuf first) {
        routeMeter.requests++;
        arrived(first);
        ShapedDatagrams limited = shaping == null ? null : shaping.upstream();
        if (!begun && limited != null && limited.waiting() == 0) {
            // Nobody has room for it.
            end(Failure.OVER_LIMIT);
        }
    }

    /** A further datagram of the client. */
    void forward(InetSocketAddress from, ByteBuf datagram) {
        peer = from;
        arrived(datagram);
    }

    private void arrived(ByteBuf datagram) {
        touch();
        countIn(datagram);
        ShapedDatagrams limited = shaping == null ? null : shaping.upstream();
        if (limited == null) {
            passUpstream(datagram);
        } else if (!limited.offer(datagram)) {
            serving.meter().datagramsDropped++;
        }
    }

    private void passUpstream(ByteBuf datagram) {
        if (begun) {
            passFurther(datagram);
            return;
        }
        begun = true;
        offer(datagram);
        pick(null, Failure.NO_HEALTHY_ENDPOINT);
        dropUntaken();
    }

    // Kept if there is room, otherwise good for an endpoint that is found within this call only.
    private void offer(ByteBuf datagram) {
        untaken = held.add(datagram) ? null : datagram;
    }

    private void dropUntaken() {
        if (untaken != null) {
            untaken = null;
            serving.meter().datagramsDropped++;
        }
    }

    private void passFurther(ByteBuf datagram) {
        Endpoint current = upstream.endpoint();
        if (phase != Phase.RESPOND || current == null) {
            if (!held.add(datagram)) {
                serving.meter().datagramsDropped++;
            }
            return;
        }
        if (!established && replies > 0) {
            established = true;
            serving.establish(this);
        }
        if (!current.healthy()) {
            // The checks found it dead: what the client sends from now on has to go elsewhere.
            offer(datagram);
            repick(Failure.UPSTREAM_RESET);
            dropUntaken();
            return;
        }
        send(datagram, replies == 0 && held.add(datagram));
    }

    private void touch() {
        idle.arm(spec.idleTimeoutNanos());
        lastNanos = loop.nowNanos();
    }

    private void countIn(ByteBuf datagram) {
        int bytes = datagram.readableBytes();
        bytesIn += bytes;
        routeMeter.bytesIn += bytes;
        serving.meter().bytesIn += bytes;
        serving.meter().datagramsIn++;
    }

    /**
     * @param failed the endpoint that nobody answers at, and why; nobody else to try means that
     */
    private void pick(@Nullable Endpoint failed, Failure why) {
        phase = Phase.PICK;
        SourceAffinity affinity = spec.affinity();
        Endpoint picked =
                affinity == null
                        ? serving.unreachable().pick(cluster, failed)
                        : serving.unreachable()
                                .pickSticky(cluster, affinity.value64(newcomer.bytes()), failed);
        if (picked == null && !waited && cluster.awaitsFirstChecks(loop)) {
            waited = true;
            cluster.whenChecked(loop, this::checked);
            return;
        }
        if (picked == null || picked == failed) {
            end(why);
            return;
        }
        connect(picked);
    }

    private void checked() {
        if (phase == Phase.PICK) {
            pick(null, Failure.NO_HEALTHY_ENDPOINT);
        }
    }

    private void connect(Endpoint picked) {
        phase = Phase.CONNECT;
        Failure failure = upstream.open(picked);
        if (failure == Failure.CONNECT_FAILED) {
            repick(failure);
            return;
        }
        if (failure != null) {
            end(failure);
            return;
        }
        phase = Phase.RESPOND;
        sendHeld();
    }

    private void sendHeld() {
        int attempt = upstream.attempts();
        for (int i = 0; i < held.count(); i++) {
            send(held.get(i), true);
            if (phase != Phase.RESPOND || upstream.attempts() != attempt) {
                // Nobody was there, and what is held took its way already.
                return;
            }
        }
        ByteBuf last = untaken;
        if (last != null) {
            untaken = null;
            send(last, false);
        }
        if (spec.responses() == 0) {
            end(null);
        }
    }

    private void send(ByteBuf datagram, boolean isHeld) {
        int attempt = upstream.attempts();
        switch (upstream.send(datagram)) {
            case TAKEN, LATER -> {}
            case DROPPED -> {
                // Told that nobody takes those before it, this has sent all that is held elsewhere.
                if (!isHeld || upstream.attempts() == attempt) {
                    serving.meter().datagramsDropped++;
                }
            }
            case UNREACHABLE -> unreachable();
        }
    }

    @Override
    public void sent(int datagrams, int bytes, DatagramConnection.Sent outcome) {
        switch (outcome) {
            case TAKEN -> upstream.taken(datagrams, bytes);
            case DROPPED -> serving.meter().datagramsDropped += datagrams;
            case UNREACHABLE -> {
                // Those held go elsewhere.
                serving.meter().datagramsDropped += Math.max(0, datagrams - held.count());
                unreachable();
            }
            case LATER -> throw new IllegalArgumentException("not yet");
        }
    }

    /** A datagram of the endpoint. */
    @Override
    public void received(ByteBuf datagram) {
        if (phase != Phase.RESPOND) {
            return;
        }
        touch();
        int bytes = datagram.readableBytes();
        if (replies++ == 0) {
            firstReply();
        }
        upstream.received(bytes);
        ShapedDatagrams limited = shaping == null ? null : shaping.downstream();
        if (limited == null) {
            passDownstream(datagram);
        } else if (!limited.offer(datagram)) {
            serving.meter().datagramsDropped++;
            answered();
        }
    }

    private void passDownstream(ByteBuf datagram) {
        int bytes = datagram.readableBytes();
        bytesOut += bytes;
        routeMeter.bytesOut += bytes;
        if (downstream.send(datagram, peer)) {
            serving.meter().bytesOut += bytes;
            serving.meter().datagramsOut++;
        } else {
            serving.meter().datagramsDropped++;
        }
        answered();
    }

    private void answered() {
        if (++answered == spec.responses()) {
            end(null);
        }
    }

    private void firstReply() {
        held.clear();
        upstream.answered((loop.preciseNanos() - startNanos) / 1_000);
    }

    @Override
    public void unreachable() {
        Endpoint current = upstream.endpoint();
        if (phase != Phase.RESPOND || current == null) {
            return;
        }
        upstream.failed();
        serving.unreachable().add(current);
        repick(replies == 0 ? Failure.CONNECT_FAILED : Failure.UPSTREAM_RESET);
    }

    /** A datagram too large for the path, say: the session goes on. */
    @Override
    public void failed(Throwable cause) {
        upstream.failed();
    }

    private void repick(Failure why) {
        Endpoint failed = upstream.endpoint();
        upstream.close();
        if (upstream.attempts() == ATTEMPTS_MAX) {
            end(why);
            return;
        }
        routeMeter.retries++;
        replies = 0;
        answered = 0;
        pick(failed, why);
    }

    private void idle() {
        boolean unanswered = spec.responses() > 0;
        if (unanswered) {
            upstream.failed();
        }
        end(unanswered ? Failure.UPSTREAM_TIMEOUT : null);
    }

    /** Ends it now. */
    void end(@Nullable Failure failure) {
        if (phase == Phase.DONE) {
            return;
        }
        Phase endedIn = phase;
        phase = Phase.DONE;
        idle.cancel();
        held.clear();
        if (shaping != null) {
            serving.meter().datagramsDropped += shaping.stop();
        }
        upstream.close();
        if (failure != null) {
            routeMeter.failures++;
        }
        long durationMicros = Math.max(0, lastNanos - startNanos) / 1_000;
        routeMeter.latency.record(durationMicros);
        if (serving.context().accessLog().enabled()) {
            log(failure, endedIn, durationMicros);
        }
        serving.ended(this);
        downstream.remove(this);
        newcomer.left().run();
    }

    private void log(@Nullable Failure failure, Phase endedIn, long durationMicros) {
        String listener = serving.context().listener();
        serving.context()
                .accessLog()
                .write(
                        new AccessRecord(
                                startMillis,
                                listener,
                                "",
                                "listener:" + listener,
                                cluster.name(),
                                upstream.addressText(),
                                HostPort.of(client).toString(),
                                "",
                                "",
                                "",
                                0,
                                failure == null ? "" : failure.name(),
                                (failure == null ? Phase.DONE : endedIn).name(),
                                bytesIn,
                                bytesOut,
                                durationMicros,
                                upstream.attempts(),
                                ""));
    }
}
