package io.sluice.dataplane.l7.stream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.socket.SocketChannel;
import io.sluice.dataplane.cluster.Cluster;
import io.sluice.dataplane.cluster.endpoint.Endpoint;
import io.sluice.dataplane.cluster.pool.ConnectionPool;
import io.sluice.dataplane.l7.codec.ResponseParser.Answered;
import io.sluice.dataplane.l7.codec.Trailers;
import io.sluice.dataplane.l7.codec.http2.ErrorCode;
import io.sluice.dataplane.l7.codec.http2.Http2HeadDecoder.Outcome;
import io.sluice.dataplane.l7.codec.http2.ReceiveWindow;
import io.sluice.dataplane.l7.codec.http2.SendWindow;
import io.sluice.dataplane.l7.message.Fields;
import io.sluice.dataplane.l7.message.HeaderName;
import io.sluice.dataplane.l7.message.RequestHead;
import io.sluice.dataplane.l7.message.ResponseHead;
import io.sluice.dataplane.net.Failure;

import org.jspecify.annotations.Nullable;

import java.util.Objects;

/**
 * One attempt at an upstream over HTTP/2: a stream of a connection that others share (RFC 9113
 * section 5).
 *
 * <p>What the upstream does not take waits here, and the client is not read beyond that. What the
 * client does not take is passed on, up to the window of the stream, which is not opened again.
 */
final class Http2Exchange implements UpstreamExchange {
    private enum State {
        /** Nothing under way. */
        NONE,
        CONNECTING,
        /** The connection is there, and the stream begins with the head. */
        READY,
        OPEN
    }

    private static final byte[] NO_KEY = new byte[0];

    /** Responses before the response; a real one has one or two. */
    private static final int INTERIM_MAX = 100;

    private final HttpServing serving;
    private final ExchangeUser user;
    private final WaitingBody waiting;
    private final SendWindow sendWindow = new SendWindow(0);
    private final ReceiveWindow receiveWindow = new ReceiveWindow(0);
    private State state = State.NONE;
    private @Nullable ConnectionPool pool;
    private @Nullable Http2Upstream connection;
    private int id;

    private boolean webSocket;
    private byte[] accept = NO_KEY;
    private boolean tunnel;
    private boolean requestDone;
    private boolean blocked;

    private int interims;
    private boolean headDone;
    private boolean headHeld;
    private long remaining;
    private boolean reading;
    private int owed;

    // Owned by the connection: whether the read under way brought something.
    boolean touched;

    Http2Exchange(HttpServing serving, ExchangeUser user, ByteBufAllocator allocator) {
        this.serving = serving;
        this.user = user;
        this.waiting = new WaitingBody(allocator);
    }

    // ---- the request

    @Override
    public void start(Cluster cluster, Endpoint endpoint) {
        ConnectionPool from = cluster.pool(serving.loop(), endpoint);
        pool = from;
        state = State.CONNECTING;
        webSocket = user.answered() == Answered.UPGRADE;
        tunnel = false;
        requestDone = false;
        blocked = false;
        interims = 0;
        headDone = false;
        headHeld = false;
        reading = true;
        owed = 0;
        from.began();
        Http2Upstream.join(serving.loop(), from, this);
    }

    @Override
    public boolean startAgain(boolean sameVersion) {
        // Whether a request was looked at is said by the upstream: see UPSTREAM_REFUSED.
        return false;
    }

    @Override
    public boolean connecting() {
        return state == State.CONNECTING;
    }

    /** Whether the stream can only begin once it is known that the upstream takes WebSockets. */
    boolean awaitsSettings() {
        return webSocket;
    }

    /** All connections there may be are full. */
    void foundNoPlace() {
        if (state == State.CONNECTING && connection == null) {
            failed(Failure.OVER_LIMIT);
        }
    }

    void joining(Http2Upstream to) {
        connection = to;
    }

    /** The connection turned out to be one of HTTP/1.1. */
    void otherProtocol() {
        leave(ErrorCode.NONE);
        user.otherProtocol();
    }

    /** There is a place on the connection. */
    void connected() {
        state = State.READY;
        user.connected();
    }

    @Override
    public boolean takesChunks() {
        return false;
    }

    @Override
    public boolean mayRefuse() {
        return true;
    }

    @Override
    public void head(RequestHead head, BodyForm form, boolean last, boolean mayComeAgain) {
        Http2Upstream to = connection();
        state = State.OPEN;
        if (webSocket) {
            accept = WebSocketAccept.of(head.fields());
        }
        requestDone = last && !webSocket;
        user.headSent(to.begin(this, head, requestDone));
    }

    /** The stream has its number and windows. */
    void opened(int id, int sendBytes, int receiveBytes) {
        this.id = id;
        sendWindow.start(sendBytes);
        receiveWindow.start(receiveBytes);
    }

    @Override
    public void headAgain() {
        throw new AssertionError("startAgain is false");
    }

    @Override
    public void body(ByteBuf bytes, boolean last) {
        requestDone |= last;
        if (waiting.isEmpty()) {
            send(bytes, last);
        } else {
            waiting.add(bytes, last);
        }
    }

    private void send(ByteBuf bytes, boolean last) {
        Http2Upstream to = connection();
        int length = bytes.readableBytes();
        int now = Math.min(length, to.sendable(sendWindow));
        if (now < length) {
            if (now > 0) {
                to.data(this, bytes.readRetainedSlice(now), false);
            }
            waiting.add(bytes, last);
        } else if (length > 0 || last) {
            to.data(this, bytes, last);
        } else {
            bytes.release();
        }
    }

    @Override
    public void end(@Nullable Fields trailers) {
        requestDone = true;
        if (waiting.isEmpty()) {
            connection().end(this, trailers);
        } else {
            waiting.end(trailers);
        }
    }

    /** The windows or the socket have room again. */
    void sendWaiting() {
        Http2Upstream to = connection();
        while (waiting.bytes() > 0) {
            int now = Math.min(waiting.nextBytes(), to.sendable(sendWindow));
            if (now == 0) {
                return;
            }
            boolean all = now == waiting.bytes();
            boolean last = all && waiting.ended() && waiting.trailers() == null;
            to.data(this, waiting.take(now), last);
            if (last) {
                waiting.clear();
                return;
            }
        }
        if (waiting.ended()) {
            Fields trailers = waiting.trailers();
            to.end(this, trailers);
            waiting.clear();
        }
        if (blocked && writable()) {
            blocked = false;
            user.upstreamWritable();
        }
    }

    /** Whether {@link #sendWaiting} has something to do once there is room. */
    boolean waitsForRoom() {
        return state == State.OPEN && (blocked || !waiting.isEmpty());
    }

    @Override
    public boolean writable() {
        Http2Upstream to = connection;
        boolean writable =
                state == State.OPEN
                        && to != null
                        && waiting.isEmpty()
                        && to.sendable(sendWindow) > 0;
        blocked |= !writable;
        return writable;
    }

    @Override
    public void flush() {
        Http2Upstream to = connection;
        if (to != null) {
            to.flushSoon();
        }
    }

    @Override
    public @Nullable SocketChannel socket() {
        Http2Upstream to = connection;
        return to == null ? null : to.socket();
    }

    private Http2Upstream connection() {
        return Objects.requireNonNull(connection);
    }

    int id() {
        return id;
    }

    SendWindow sendWindow() {
        return sendWindow;
    }

    ReceiveWindow receiveWindow() {
        return receiveWindow;
    }

    // ---- the response

    /** Something came for this stream in the read under way. */
    void progress() {
        user.upstreamProgress();
    }

    void readComplete() {
        user.upstreamReadComplete();
    }

    Answered answered() {
        return user.answered();
    }

    boolean awaitsHead() {
        return !headDone;
    }

    /**
     * A head was decoded. The final one is held until it is known whether a piece of the body comes
     * with it: {@link #deliverHead} follows.
     */
    void head(Outcome outcome, ResponseHead head, boolean endStream) {
        if (outcome != Outcome.COMPLETE) {
            fail(ErrorCode.PROTOCOL_ERROR, Failure.UPSTREAM_BAD_RESPONSE);
            return;
        }
        if (head.interim()) {
            if (++interims > INTERIM_MAX) {
                fail(ErrorCode.ENHANCE_YOUR_CALM, Failure.UPSTREAM_BAD_RESPONSE);
            } else {
                user.interim(head);
            }
            return;
        }
        headDone = true;
        remaining = head.bodyLength();
        if (webSocket && head.status() / 100 == 2) {
            asHttp1(head);
            user.switched(head);
            if (endStream && state == State.OPEN) {
                ended(null);
            }
            return;
        }
        if (endStream) {
            over();
            user.response(head, BodyForm.CONTENT, null, true);
            return;
        }
        headHeld = true;
    }

    // So that what is above need not know who took the upgrade.
    private void asHttp1(ResponseHead head) {
        head.status(101);
        if (accept.length > 0) {
            head.fields().set(HeaderName.SEC_WEBSOCKET_ACCEPT, accept);
        }
    }

    boolean headHeld() {
        return headHeld;
    }

    /** Passes the head on without a body; where there can be none, it is all of the response. */
    void deliverHead(ResponseHead head) {
        headHeld = false;
        boolean last = head.isWithoutContent(user.answered() == Answered.HEAD);
        if (last) {
            // The upstream does not say so: it is not waited for.
            leave(ErrorCode.CANCEL);
        }
        user.response(head, BodyForm.CONTENT, null, last);
    }

    /**
     * Part of the body.
     *
     * @param head the head that it comes with, if that is held
     */
    void data(ResponseHead head, ByteBuf in, int bytes, int flowBytes, boolean endStream) {
        boolean withHead = headHeld;
        headHeld = false;
        if (!headDone) {
            fail(ErrorCode.PROTOCOL_ERROR, Failure.UPSTREAM_BAD_RESPONSE);
            return;
        }
        if (!receiveWindow.receive(flowBytes)) {
            fail(ErrorCode.FLOW_CONTROL_ERROR, Failure.UPSTREAM_BAD_RESPONSE);
            return;
        }
        if (!lengthHolds(bytes, endStream)) {
            fail(ErrorCode.PROTOCOL_ERROR, Failure.UPSTREAM_BAD_RESPONSE);
            return;
        }
        ByteBuf piece = bytes == 0 ? null : in.readRetainedSlice(bytes);
        if (endStream) {
            over();
        } else {
            owed += flowBytes;
        }
        if (withHead) {
            user.response(head, BodyForm.CONTENT, piece, endStream);
        } else if (piece != null) {
            user.responseBody(piece, endStream);
        } else if (endStream) {
            user.responseEnd(null);
        }
        repay();
    }

    // RFC 9113 section 8.1.1: the sum of DATA is what Content-Length says.
    private boolean lengthHolds(int bytes, boolean endStream) {
        if (tunnel || remaining < 0) {
            return true;
        }
        remaining -= bytes;
        return remaining >= 0 && (!endStream || remaining == 0);
    }

    /** Trailers were decoded; they end the response, and have no place in a tunnel. */
    void trailers(Outcome outcome, Fields trailers, boolean endStream) {
        boolean good =
                endStream
                        && !tunnel
                        && outcome == Outcome.COMPLETE
                        && Trailers.allowed(trailers)
                        && lengthHolds(0, true);
        if (good) {
            ended(trailers);
        } else {
            fail(ErrorCode.PROTOCOL_ERROR, Failure.UPSTREAM_BAD_RESPONSE);
        }
    }

    private void ended(@Nullable Fields trailers) {
        over();
        user.responseEnd(trailers);
    }

    @Override
    public void read(boolean on) {
        reading = on;
        repay();
    }

    private void repay() {
        Http2Upstream to = connection;
        if (reading && owed > 0 && to != null && state == State.OPEN) {
            int increment = receiveWindow.release(owed, to.growth());
            owed = 0;
            if (increment > 0) {
                to.windowUpdate(this, increment);
            }
        }
    }

    // ---- the end

    // The response is complete: whatever is left of the request is of no use.
    private void over() {
        leave(requestDone && waiting.isEmpty() ? ErrorCode.NONE : ErrorCode.CANCEL);
    }

    private void leave(int errorCode) {
        State before = state;
        Http2Upstream from = connection;
        state = State.NONE;
        connection = null;
        waiting.drop();
        if (from != null) {
            if (before == State.OPEN) {
                from.finished(this, errorCode);
            } else {
                from.gone(this);
            }
        }
        ConnectionPool counted = pool;
        if (counted != null) {
            pool = null;
            counted.ended();
        }
    }

    private void fail(int errorCode, Failure failure) {
        leave(errorCode);
        user.exchangeFailed(failure);
    }

    /** The upstream or its connection ended the stream. */
    void failed(Failure failure) {
        fail(ErrorCode.NONE, failure);
    }

    /** The stream broke a rule that its connection survives. */
    void streamError(int errorCode) {
        fail(errorCode, Failure.UPSTREAM_BAD_RESPONSE);
    }

    @Override
    public void forgetRequest() {
        // Nothing is kept.
    }

    @Override
    public boolean abort() {
        leave(ErrorCode.CANCEL);
        return true;
    }

    @Override
    public void beginTunnel() {
        tunnel = true;
        requestDone = false;
    }

    @Override
    public boolean detachable() {
        return false;
    }

    @Override
    public DetachedSocket detach() {
        throw new AssertionError("others share the connection");
    }
}
