package io.sluice.dataplane.l7.stream;

import io.netty.buffer.ByteBuf;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.collection.IntObjectHashMap;
import io.netty.util.collection.IntObjectMap;
import io.sluice.dataplane.cluster.pool.ConnectionPool;
import io.sluice.dataplane.cluster.pool.PoolOptions;
import io.sluice.dataplane.cluster.pool.SharedConnection;
import io.sluice.dataplane.cluster.pool.UpstreamConnection;
import io.sluice.dataplane.cluster.pool.UpstreamUser;
import io.sluice.dataplane.l7.codec.HeadLimits;
import io.sluice.dataplane.l7.codec.http2.ErrorCode;
import io.sluice.dataplane.l7.codec.http2.FloodGuard;
import io.sluice.dataplane.l7.codec.http2.FrameHandler;
import io.sluice.dataplane.l7.codec.http2.FrameReader;
import io.sluice.dataplane.l7.codec.http2.FrameWriter;
import io.sluice.dataplane.l7.codec.http2.HpackDecoder;
import io.sluice.dataplane.l7.codec.http2.Http2HeadDecoder;
import io.sluice.dataplane.l7.codec.http2.Http2HeadDecoder.Outcome;
import io.sluice.dataplane.l7.codec.http2.Http2Limits;
import io.sluice.dataplane.l7.codec.http2.PeerSettings;
import io.sluice.dataplane.l7.codec.http2.ReceiveWindow;
import io.sluice.dataplane.l7.codec.http2.SendWindow;
import io.sluice.dataplane.l7.message.Fields;
import io.sluice.dataplane.l7.message.RequestHead;
import io.sluice.dataplane.net.Failure;
import io.sluice.dataplane.net.Loop;
import io.sluice.dataplane.net.Timer;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * One HTTP/2 connection to an endpoint, shared by the {@link Http2Exchange}s of its loop, whichever
 * listener they come from. What arrives is told apart here; what leaves goes by {@link
 * Http2UpstreamOutput}. Of its loop's thread.
 */
final class Http2Upstream implements SharedConnection, UpstreamUser, FrameHandler {
    /** Streams at a time before the upstream has said how many it takes. */
    private static final int STREAMS_AT_FIRST = 100;

    /** Streams at a time, whatever the upstream would take. */
    private static final int STREAMS_MAX = 1_000;

    /** Without a byte from the upstream, while streams wait for it, before it is asked for one. */
    private static final long SILENT_NANOS = 15_000_000_000L;

    private static final long LIVENESS_PING = 0x736c756963650002L;

    /** Room for edits behind a head in the scratch; more makes a larger array. */
    private static final int EDIT_BYTES = 4096;

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
    private final HpackDecoder hpack = new HpackDecoder();
    private final Http2HeadDecoder heads = new Http2HeadDecoder();
    private final ReceiveWindow window =
            new ReceiveWindow(Http2Limits.UPSTREAM.connectionWindowBytes());
    private final IntObjectMap<Http2Exchange> streams = new IntObjectHashMap<>();

    /** Those that wait for the connection, or for its SETTINGS. */
    private final List<Http2Exchange> joining = new ArrayList<>();

    private final List<Http2Exchange> touched = new ArrayList<>();
    private final List<Http2Exchange> resumed = new ArrayList<>();
    private State state = State.CONNECTING;
    private @Nullable UpstreamConnection connection;
    private @Nullable Http2UpstreamOutput output;
    private @Nullable Http2Exchange held;
    private int nextId = 1;
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
        if (state == State.OPEN && (settingsSeen || !exchange.awaitsSettings())) {
            exchange.connected();
        } else {
            joining.add(exchange);
        }
    }

    // ---- the pool asks

    @Override
    public boolean takesMore() {
        int most = settingsSeen ? Math.min(peer.streamsMax(), STREAMS_MAX) : STREAMS_AT_FIRST;
        return (state == State.OPEN || state == State.CONNECTING)
                && streams.size() + joining.size() < most
                && nextId > 0;
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
        connection = lent;
        state = State.OPEN;
        SocketChannel channel = lent.channel();
        boolean secure = channel.pipeline().get(SslHandler.class) != null;
        output = new Http2UpstreamOutput(loop, channel, peer, guard, secure);
        announce();
        lastReadNanos = loop.nowNanos();
        timer.arm(SILENT_NANOS);
        startJoining();
        if (pool.shared().retired()) {
            leave();
        }
    }

    private void announce() {
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

    private void startJoining() {
        for (Http2Exchange exchange : List.copyOf(joining)) {
            if (!settingsSeen && exchange.awaitsSettings()) {
                continue;
            }
            if (!joining.remove(exchange)) {
                continue;
            }
            if (exchange.awaitsSettings() && !peer.connectProtocol()) {
                // RFC 8441 section 3: it would not understand what is asked of it.
                exchange.failed(Failure.UPSTREAM_BAD_RESPONSE);
            } else {
                exchange.connected();
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
        return streams.isEmpty() && joining.isEmpty();
    }

    private void closeIfUnused() {
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
    private void violated(int errorCode) {
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
        touched.forEach(exchange -> exchange.touched = false);
        touched.clear();
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
        held = null;
        for (Http2Exchange exchange : List.copyOf(joining)) {
            exchange.failed(failure);
        }
        for (Http2Exchange exchange : streams.values().toArray(new Http2Exchange[0])) {
            exchange.failed(failure);
        }
    }

    // ---- exchanges send

    private Http2UpstreamOutput output() {
        return Objects.requireNonNull(output);
    }

    /** Begins a stream; returns the bytes of its head on the wire. */
    int begin(Http2Exchange exchange, RequestHead head, boolean last) {
        int id = nextId;
        nextId += 2;
        streams.put(id, exchange);
        exchange.opened(id, peer.initialWindow(), Http2Limits.UPSTREAM.streamWindowBytes());
        return output().head(id, head, last);
    }

    /** How many bytes may be sent now on a stream with that window. */
    int sendable(SendWindow stream) {
        return state == State.CLOSED ? 0 : output().sendable(stream);
    }

    void data(Http2Exchange exchange, ByteBuf bytes, boolean last) {
        output().data(exchange.id(), exchange.sendWindow(), bytes, last);
    }

    void end(Http2Exchange exchange, @Nullable Fields trailers) {
        output().end(exchange.id(), trailers);
    }

    void windowUpdate(int id, int increment, Http2Exchange exchange) {
        if (streams.get(id) == exchange) {
            output().windowUpdate(id, increment);
            output().flushSoon();
        }
    }

    void flushSoon() {
        if (state == State.OPEN || state == State.LEAVING) {
            output().flushSoon();
        }
    }

    /** An exchange is over; the upstream is told why, unless that is {@link ErrorCode#NONE}. */
    void finished(Http2Exchange exchange, int errorCode) {
        streams.remove(exchange.id());
        if (held == exchange) {
            held = null;
        }
        // It may be of use to another connection before the read under way is over.
        exchange.touched = false;
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

    // ---- bytes come

    @Override
    public void read(ByteBuf bytes) {
        lastReadNanos = loop.nowNanos();
        asked = false;
        int error = reader.read(bytes, this, lastReadNanos);
        bytes.release();
        deliverHeld();
        if (error != ErrorCode.NONE) {
            violated(error);
        }
    }

    @Override
    public void readComplete() {
        for (int i = 0; i < touched.size(); i++) {
            Http2Exchange exchange = touched.get(i);
            exchange.touched = false;
            exchange.readComplete();
        }
        touched.clear();
        if (state != State.CLOSED) {
            output().flushIfAny();
        }
    }

    private void touch(Http2Exchange exchange) {
        if (!exchange.touched) {
            exchange.touched = true;
            touched.add(exchange);
        }
        exchange.progress();
    }

    // A head waits for the first piece of its body as long as nothing else comes between.
    private void deliverHeld() {
        Http2Exchange exchange = held;
        if (exchange != null) {
            held = null;
            exchange.deliverHead(heads.response());
        }
    }

    @Override
    public void headers(int id, byte[] block, int from, int to, boolean endStream) {
        deliverHeld();
        Http2Exchange exchange = streams.get(id);
        HeadLimits limits = HeadLimits.RESPONSE;
        byte[] scratch = loop.headScratch(limits.headBytesMax() + EDIT_BYTES);
        boolean head = exchange != null && exchange.awaitsHead();
        // Whatever becomes of it, a block has to pass the decoder.
        Outcome outcome =
                head
                        ? heads.response(
                                hpack,
                                block,
                                from,
                                to,
                                endStream,
                                scratch,
                                limits,
                                exchange.answered())
                        : heads.trailers(hpack, block, from, to, scratch, limits);
        if (outcome == Outcome.COMPRESSION_ERROR) {
            violated(ErrorCode.COMPRESSION_ERROR);
            return;
        }
        if (exchange == null) {
            unknown(id);
            return;
        }
        touch(exchange);
        if (!head) {
            exchange.trailers(outcome, heads.trailers(), endStream);
            return;
        }
        exchange.head(outcome, heads.response(), endStream);
        if (exchange.headHeld()) {
            held = exchange;
        }
    }

    // It was reset, and the upstream does not know yet; or it never was.
    private void unknown(int id) {
        if ((id & 1) == 0 || id >= nextId) {
            violated(ErrorCode.PROTOCOL_ERROR);
        }
    }

    @Override
    public void data(int id, ByteBuf in, int bytes, int flowBytes, boolean endStream) {
        if (!window.receive(flowBytes)) {
            violated(ErrorCode.FLOW_CONTROL_ERROR);
            return;
        }
        // The window of the connection is open at once, so that no stream holds up the others.
        int increment = window.release(flowBytes);
        if (increment > 0) {
            output().windowUpdate(0, increment);
        }
        Http2Exchange exchange = streams.get(id);
        if (exchange == null) {
            deliverHeld();
            unknown(id);
            return;
        }
        if (held == exchange) {
            held = null;
        } else {
            deliverHeld();
        }
        touch(exchange);
        exchange.data(heads.response(), in, bytes, flowBytes, endStream);
    }

    @Override
    public void reset(int id, int errorCode) {
        deliverHeld();
        Http2Exchange exchange = streams.get(id);
        if (exchange == null) {
            unknown(id);
            return;
        }
        touch(exchange);
        boolean refused = errorCode == ErrorCode.REFUSED_STREAM && exchange.awaitsHead();
        exchange.failed(refused ? Failure.UPSTREAM_REFUSED : Failure.UPSTREAM_RESET);
    }

    @Override
    public void streamError(int id, int errorCode) {
        deliverHeld();
        Http2Exchange exchange = streams.get(id);
        if (exchange == null) {
            unknown(id);
            return;
        }
        touch(exchange);
        exchange.streamError(errorCode);
    }

    @Override
    public void settings(byte[] payload, int from, int to) {
        deliverHeld();
        int windowBefore = peer.initialWindow();
        int error = peer.apply(payload, from, to);
        if (error != ErrorCode.NONE) {
            violated(error);
            return;
        }
        settingsSeen = true;
        output().peerChanged();
        int windowNow = peer.initialWindow();
        for (Http2Exchange exchange : streams.values()) {
            if (!exchange.sendWindow().adjust(windowBefore, windowNow)) {
                violated(ErrorCode.FLOW_CONTROL_ERROR);
                return;
            }
        }
        FrameWriter.settingsAcknowledgement(output().frames(FrameWriter.HEAD_BYTES));
        startJoining();
        if (windowNow > windowBefore) {
            resumeAll();
        }
    }

    @Override
    public void settingsAcknowledged() {
        // What was announced held from the start.
    }

    @Override
    public void ping(long payload) {
        FrameWriter.pingAcknowledgement(
                output().frames(FrameWriter.HEAD_BYTES + Long.BYTES), payload);
    }

    @Override
    public void pingAcknowledged(long payload) {
        // That something came is what counts.
    }

    @Override
    public void goAway(int lastStreamId, int errorCode) {
        deliverHeld();
        if (state == State.OPEN) {
            state = State.LEAVING;
        }
        for (Http2Exchange exchange : List.copyOf(joining)) {
            exchange.failed(Failure.UPSTREAM_REFUSED);
        }
        // RFC 9113 section 6.8: what is above was not looked at.
        for (Http2Exchange exchange : streams.values().toArray(new Http2Exchange[0])) {
            if (exchange.id() > lastStreamId) {
                touch(exchange);
                exchange.failed(Failure.UPSTREAM_REFUSED);
            }
        }
        if (state == State.LEAVING) {
            closeIfUnused();
        }
    }

    @Override
    public void windowUpdate(int id, int increment) {
        deliverHeld();
        if (id == 0) {
            if (output().window().grow(increment)) {
                resumeAll();
            } else {
                violated(ErrorCode.FLOW_CONTROL_ERROR);
            }
            return;
        }
        Http2Exchange exchange = streams.get(id);
        if (exchange == null) {
            unknown(id);
        } else if (!exchange.sendWindow().grow(increment)) {
            touch(exchange);
            exchange.streamError(ErrorCode.FLOW_CONTROL_ERROR);
        } else if (exchange.waitsForRoom()) {
            exchange.sendWaiting();
            output().flushSoon();
        }
    }

    @Override
    public void priorityUpdate(int id, byte[] value, int from, int to) {
        throw new AssertionError("the reader takes none of a server");
    }

    // ---- room to send

    @Override
    public void writabilityChanged() {
        if (state != State.CLOSED && output().writable()) {
            resumeAll();
        }
    }

    // Each in turn, as long as there is room; who comes last now may be first next time.
    private void resumeAll() {
        if (!resumed.isEmpty()) {
            return;
        }
        for (Http2Exchange exchange : streams.values()) {
            if (exchange.waitsForRoom()) {
                resumed.add(exchange);
            }
        }
        for (int i = 0; i < resumed.size(); i++) {
            Http2Exchange exchange = resumed.get(i);
            if (streams.get(exchange.id()) == exchange && exchange.waitsForRoom()) {
                exchange.sendWaiting();
            }
        }
        boolean any = !resumed.isEmpty();
        resumed.clear();
        if (any && state != State.CLOSED) {
            output().flushSoon();
        }
    }
}
