package io.sluice.dataplane.l7.stream;

import io.netty.buffer.ByteBuf;
import io.netty.channel.socket.SocketChannel;
import io.sluice.dataplane.cluster.endpoint.UpstreamProtocol;
import io.sluice.dataplane.cluster.pool.ConnectionPool;
import io.sluice.dataplane.cluster.pool.PoolOptions;
import io.sluice.dataplane.cluster.pool.SharedConnection;
import io.sluice.dataplane.cluster.pool.UpstreamConnection;
import io.sluice.dataplane.cluster.pool.UpstreamUser;
import io.sluice.dataplane.l7.codec.HeadLimits;
import io.sluice.dataplane.l7.codec.http2.ErrorCode;
import io.sluice.dataplane.l7.codec.http2.FloodGuard;
import io.sluice.dataplane.l7.codec.http2.FrameReader;
import io.sluice.dataplane.l7.codec.http2.FrameWriter;
import io.sluice.dataplane.l7.codec.http2.Http2Limits;
import io.sluice.dataplane.l7.codec.http2.PeerSettings;
import io.sluice.dataplane.l7.codec.http2.SendWindow;
import io.sluice.dataplane.l7.codec.http2.WindowGrowth;
import io.sluice.dataplane.l7.message.Fields;
import io.sluice.dataplane.l7.message.RequestHead;
import io.sluice.dataplane.net.Failure;
import io.sluice.dataplane.net.Loop;
import io.sluice.dataplane.net.PacedReads;
import io.sluice.dataplane.net.ShortLivedReads;
import io.sluice.dataplane.net.Timer;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * One HTTP/2 connection to an endpoint, shared by the {@link Http2Exchange}s of its loop, whichever
 * listener they come from: its life from preface to GOAWAY. {@link Http2UpstreamStreams} takes what
 * comes, {@link Http2UpstreamOutput} sends what goes. Of its loop's thread.
 */
final class Http2Upstream implements SharedConnection, UpstreamUser {
    /** Streams at a time before the upstream has said how many it takes. */
    private static final int STREAMS_AT_FIRST = 100;

    /** Streams at a time, whatever the upstream would take. */
    private static final int STREAMS_MAX = 1_000;

    /** Without a byte from the upstream, while streams wait for it, before it is asked for one. */
    private static final long SILENT_NANOS = 15_000_000_000L;

    private static final long LIVENESS_PING = 0x736c756963650002L;

    private enum State {
        CONNECTING,
        OPEN,
        /** Takes no more streams; closes behind the last one. */
        LEAVING,
        CLOSED
    }

    private final Loop loop;
    private final ConnectionPool pool;
    private final Timer timer;
    private final PeerSettings peer = new PeerSettings(true);
    private final FloodGuard guard;
    private final FrameReader reader;
    private final ReadPace pace;
    private final Http2UpstreamStreams streams;

    /** Those that wait for the connection, or for its SETTINGS. */
    private final List<Http2Exchange> joining = new ArrayList<>();

    private State state = State.CONNECTING;
    private @Nullable UpstreamConnection connection;
    private @Nullable Http2UpstreamOutput output;
    private boolean settingsSeen;
    private long lastReadNanos;
    private long idleSinceNanos;
    private boolean asked;

    private Http2Upstream(Loop loop, ConnectionPool pool) {
        this.loop = loop;
        this.pool = pool;
        this.timer = loop.newTimer(this::look);
        this.guard = new FloodGuard(Http2Limits.UPSTREAM, loop.nowNanos());
        this.reader = FrameReader.ofServer(Http2Limits.UPSTREAM, guard);
        this.pace = new ReadPace(loop::preciseNanos);
        this.streams = new Http2UpstreamStreams(loop, this, peer, pace);
    }

    /**
     * Finds a place for an exchange: on a connection that has one, or on a new one. {@link
     * Http2Exchange#connected} follows, maybe within this call.
     */
    static void join(Loop loop, ConnectionPool pool, Http2Exchange exchange) {
        if (pool.shared().pick() instanceof Http2Upstream open) {
            open.join(exchange);
            return;
        }
        if (!pool.shared().mayOpen()) {
            loop.execute(exchange::foundNoPlace);
            return;
        }
        var opened = new Http2Upstream(loop, pool);
        pool.shared().add(opened);
        opened.join(exchange);
        pool.connectShared(opened);
    }

    private void join(Http2Exchange exchange) {
        exchange.joining(this);
        if (state == State.OPEN
                && (settingsSeen || !exchange.awaitsSettings())
                && takes(exchange)) {
            exchange.connected();
            return;
        }
        joining.add(exchange);
        if (settingsSeen) {
            loop.execute(this::startJoining);
        }
    }

    /** Its connection; null while that is not there. */
    @Nullable SocketChannel socket() {
        UpstreamConnection lent = connection;
        return lent == null ? null : lent.channel();
    }

    // ---- the pool asks

    @Override
    public boolean takesMore() {
        int most = settingsSeen ? Math.min(peer.streamsMax(), STREAMS_MAX) : STREAMS_AT_FIRST;
        return (state == State.OPEN || state == State.CONNECTING)
                && streams.size() + joining.size() < most
                && streams.takesMore();
    }

    @Override
    public void leave() {
        if (state == State.OPEN) {
            state = State.LEAVING;
            closeIfUnused();
        }
    }

    // ---- the connection's life

    @Override
    public void connected(UpstreamConnection lent) {
        if (!lent.speaks(UpstreamProtocol.H2)) {
            leaveToHttp1(lent);
            return;
        }
        connection = lent;
        state = State.OPEN;
        Http2UpstreamOutput to = new Http2UpstreamOutput(loop, lent, peer, guard);
        output = to;
        streams.start(to);
        ShortLivedReads.of(lent.channel());
        announce();
        lastReadNanos = loop.nowNanos();
        timer.arm(SILENT_NANOS);
        startJoining();
        if (pool.shared().retired()) {
            leave();
        }
    }

    private void leaveToHttp1(UpstreamConnection lent) {
        state = State.CLOSED;
        timer.cancel();
        pool.shared().remove(this);
        lent.releaseUnshared();
        for (Http2Exchange exchange : List.copyOf(joining)) {
            exchange.otherProtocol();
        }
    }

    private void announce() {
        growth().announced();
        ByteBuf out = output().frames(128);
        Http2Limits limits = Http2Limits.UPSTREAM;
        FrameWriter.preface(out);
        FrameWriter.settings(out, 3);
        FrameWriter.setting(out, PeerSettings.ENABLE_PUSH, 0);
        FrameWriter.setting(out, PeerSettings.INITIAL_WINDOW_SIZE, limits.streamWindowBytes());
        FrameWriter.setting(
                out, PeerSettings.MAX_HEADER_LIST_SIZE, HeadLimits.RESPONSE.headBytesMax());
        int more = limits.connectionWindowBytes() - PeerSettings.WINDOW_AT_FIRST;
        FrameWriter.windowUpdate(out, 0, more);
        output().flushSoon();
    }

    // RFC 8441 section 3: without its consent it would not understand what is asked of it.
    private boolean takes(Http2Exchange exchange) {
        return !exchange.awaitsSettings() || peer.connectProtocol();
    }

    /** The upstream has said what it takes. */
    void settingsSeen() {
        settingsSeen = true;
        pool.shared().takesWebSockets(peer.connectProtocol());
        startJoining();
    }

    private void startJoining() {
        for (Http2Exchange exchange : List.copyOf(joining)) {
            if (!settingsSeen && exchange.awaitsSettings()) {
                continue;
            }
            if (!joining.remove(exchange)) {
                continue;
            }
            if (takes(exchange)) {
                exchange.connected();
            } else if (pool.chooses()) {
                exchange.otherProtocol();
            } else {
                exchange.failed(Failure.WEBSOCKET_UNSUPPORTED);
            }
        }
    }

    @Override
    public void connectFailed(Failure failure, Throwable cause) {
        state = State.CLOSED;
        pool.shared().remove(this);
        failAll(failure);
    }

    // Time passed: is it of use, and is it there?
    private void look() {
        long now = loop.nowNanos();
        if (unused()) {
            if (now - idleSinceNanos >= PoolOptions.SHARED_IDLE_TIMEOUT_NANOS) {
                goodbye();
                return;
            }
        } else if (now - lastReadNanos >= SILENT_NANOS) {
            if (asked) {
                end(Failure.UPSTREAM_TIMEOUT);
                return;
            }
            asked = true;
            FrameWriter.ping(output().frames(FrameWriter.HEAD_BYTES + 8), LIVENESS_PING);
            output().flushSoon();
        }
        timer.arm(SILENT_NANOS);
    }

    private boolean unused() {
        return streams.size() == 0 && joining.isEmpty();
    }

    /** Closes if that is what it waits for, and nobody uses it. */
    void closeIfUnused() {
        if (!unused()) {
            return;
        }
        idleSinceNanos = loop.nowNanos();
        if (state == State.LEAVING || (state == State.OPEN && pool.shared().retired())) {
            goodbye();
        }
    }

    private void goodbye() {
        goAway(ErrorCode.NO_ERROR);
        end(Failure.UPSTREAM_RESET);
    }

    private void goAway(int errorCode) {
        // No stream of the upstream's was taken.
        FrameWriter.goAway(output().frames(FrameWriter.HEAD_BYTES + 8), 0, errorCode);
        output().flushNow();
    }

    /** The upstream broke the rules: nothing more is taken of it. */
    void violated(int errorCode) {
        if (state == State.CLOSED) {
            return;
        }
        goAway(errorCode);
        end(Failure.UPSTREAM_BAD_RESPONSE);
    }

    private void end(Failure failure) {
        if (state == State.CLOSED) {
            return;
        }
        forget();
        Objects.requireNonNull(connection).discard();
        failAll(failure);
    }

    private void forget() {
        state = State.CLOSED;
        reader.stop();
        timer.cancel();
        pool.shared().remove(this);
        output().release();
        streams.release();
    }

    /** The upstream takes no more streams, not even those that wait to begin. */
    void takesNoMore() {
        if (state == State.OPEN) {
            state = State.LEAVING;
        }
        failJoining(Failure.UPSTREAM_REFUSED);
    }

    private void failJoining(Failure failure) {
        for (Http2Exchange exchange : List.copyOf(joining)) {
            exchange.failed(failure);
        }
    }

    @Override
    public void inputClosed() {
        end(Failure.UPSTREAM_RESET);
    }

    @Override
    public void closed(@Nullable Throwable cause) {
        if (state != State.CLOSED) {
            forget();
            failAll(Failure.UPSTREAM_RESET);
        }
    }

    private void failAll(Failure failure) {
        failJoining(failure);
        streams.failAll(failure);
    }

    // ---- bytes come

    @Override
    public void read(ByteBuf bytes) {
        lastReadNanos = loop.nowNanos();
        asked = false;
        pace.read(bytes.readableBytes());
        loop.beginRead();
        int error;
        try {
            error = reader.read(bytes, streams, lastReadNanos);
            streams.deliverHeld();
        } finally {
            loop.endRead();
            bytes.release();
        }
        if (error != ErrorCode.NONE) {
            violated(error);
        }
    }

    @Override
    public void readComplete() {
        streams.readComplete();
        if (state != State.CLOSED) {
            output().flushIfAny();
            if (pace.readComplete()) {
                PacedReads.every(Objects.requireNonNull(socket()), pace.intervalNanos());
            }
        }
    }

    // ---- exchanges send

    private Http2UpstreamOutput output() {
        return Objects.requireNonNull(output);
    }

    /** Begins a stream; returns the bytes of its head on the wire. */
    int begin(Http2Exchange exchange, RequestHead head, boolean last) {
        return streams.begin(exchange, head, last);
    }

    /** How many bytes may be sent now on a stream with that window. */
    int sendable(SendWindow stream) {
        return state == State.CLOSED ? 0 : output().sendable(stream);
    }

    void data(Http2Exchange exchange, ByteBuf bytes, boolean last) {
        if (state == State.CLOSED) {
            // It is about to hear of that.
            bytes.release();
            return;
        }
        output().data(exchange.id(), exchange.sendWindow(), bytes, last);
    }

    void end(Http2Exchange exchange, @Nullable Fields trailers) {
        if (state != State.CLOSED) {
            output().end(exchange.id(), trailers);
        }
    }

    WindowGrowth growth() {
        return streams.growth();
    }

    void windowUpdate(Http2Exchange exchange, int increment) {
        if (state != State.CLOSED && streams.has(exchange)) {
            output().windowUpdate(exchange.id(), increment);
            output().flushSoon();
        }
    }

    void flushSoon() {
        if (state == State.OPEN || state == State.LEAVING) {
            output().flushSoon();
        }
    }

    @Override
    public void writabilityChanged() {
        if (state != State.CLOSED && output().writable()) {
            streams.resumeAll();
        }
    }

    /** An exchange is over; the upstream is told why, unless that is {@link ErrorCode#NONE}. */
    void finished(Http2Exchange exchange, int errorCode) {
        streams.remove(exchange);
        if (state == State.CLOSED) {
            return;
        }
        if (errorCode != ErrorCode.NONE) {
            output().reset(exchange.id(), errorCode);
            output().flushSoon();
        }
        closeIfUnused();
    }

    /** An exchange left before its stream began. */
    void gone(Http2Exchange exchange) {
        joining.remove(exchange);
        if (state == State.OPEN || state == State.LEAVING) {
            closeIfUnused();
        }
    }
}
