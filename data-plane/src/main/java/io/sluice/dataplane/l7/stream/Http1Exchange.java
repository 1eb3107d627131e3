package io.sluice.dataplane.l7.stream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.socket.SocketChannel;
import io.sluice.dataplane.cluster.Cluster;
import io.sluice.dataplane.cluster.endpoint.Endpoint;
import io.sluice.dataplane.cluster.endpoint.UpstreamProtocol;
import io.sluice.dataplane.cluster.pool.ConnectionPool;
import io.sluice.dataplane.cluster.pool.UpstreamConnection;
import io.sluice.dataplane.cluster.pool.UpstreamUser;
import io.sluice.dataplane.l7.codec.BodyDecoder;
import io.sluice.dataplane.l7.codec.HeadLimits;
import io.sluice.dataplane.l7.codec.RequestParser;
import io.sluice.dataplane.l7.codec.ResponseParser;
import io.sluice.dataplane.l7.message.BodyLength;
import io.sluice.dataplane.l7.message.Fields;
import io.sluice.dataplane.l7.message.HeaderName;
import io.sluice.dataplane.l7.message.RequestHead;
import io.sluice.dataplane.l7.message.ResponseHead;
import io.sluice.dataplane.net.BodySplice;
import io.sluice.dataplane.net.ConnectionEnd;
import io.sluice.dataplane.net.EventWrites;
import io.sluice.dataplane.net.Failure;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Objects;

/**
 * One attempt at an upstream over HTTP/1.1: sends the request, finds the response in what arrives,
 * gives the connection back or closes it.
 */
final class Http1Exchange implements UpstreamExchange, UpstreamUser, BodySplice.User {
    private enum State {
        /** Nothing under way. */
        NONE,
        CONNECTING,
        OPEN,
        /** Given up while connecting; returns the connection when it comes. */
        ABANDONED
    }

    /** Of a response, copied at first: most heads are shorter, and a body follows. */
    private static final int HEAD_BYTES_AT_FIRST = 2048;

    /**
     * Of a body, left to come when it is spliced. Measured with bench/run: 64 KiB cost no less by
     * it, as they come in one read and leave in one write; 1 MiB costs half.
     */
    private static final int SPLICED_BYTES_MIN = 128 * 1024;

    /** Room for edits behind a head in the scratch; more makes a larger array. */
    private static final int EDIT_BYTES = 4096;

    /** Responses before the response; a real one has one or two. */
    private static final int INTERIM_MAX = 100;

    private final HttpServing serving;
    private final ExchangeUser user;
    private final Http1Request request;
    private final BodyDecoder body = new BodyDecoder();
    private final HeldBytes held;
    private State state = State.NONE;
    private @Nullable ConnectionPool pool;
    private @Nullable UpstreamConnection connection;

    private boolean onlyHttp1;
    private boolean received;
    private int interims;
    private boolean headDone;
    private boolean keepAlive;
    private BodyForm form = BodyForm.CONTENT;
    private @Nullable BodySplice splice;

    Http1Exchange(HttpServing serving, ExchangeUser user, ByteBufAllocator allocator) {
        this.serving = serving;
        this.user = user;
        this.request = new Http1Request(serving.loop(), user);
        this.held = new HeldBytes(allocator);
    }

    // ---- the request

    /** Whether a new connection may be of no other version, from the next {@link #start} on. */
    void onlyHttp1(boolean only) {
        onlyHttp1 = only;
    }

    @Override
    public boolean onlyHttp1() {
        return onlyHttp1;
    }

    @Override
    public void start(Cluster cluster, Endpoint endpoint) {
        assert state == State.NONE : state;
        ConnectionPool from = cluster.pool(serving.loop(), endpoint);
        pool = from;
        begin();
        from.acquire(this);
    }

    @Override
    public boolean startAgain(boolean sameVersion) {
        if (!request.headKept() || received) {
            return false;
        }
        ConnectionPool from = Objects.requireNonNull(pool);
        onlyHttp1 |= sameVersion && from.chooses();
        begin();
        from.connect(this);
        return true;
    }

    private void begin() {
        state = State.CONNECTING;
        received = false;
        interims = 0;
        headDone = false;
        keepAlive = false;
        request.begin();
    }

    @Override
    public boolean connecting() {
        return state == State.CONNECTING;
    }

    @Override
    public void connected(UpstreamConnection lent) {
        if (state == State.ABANDONED) {
            lent.release();
            return;
        }
        if (!lent.speaks(UpstreamProtocol.HTTP1)) {
            state = State.NONE;
            lent.discard();
            user.otherProtocol();
            return;
        }
        state = State.OPEN;
        connection = lent;
        user.connected();
    }

    @Override
    public void connectFailed(Failure failure, Throwable cause) {
        if (state == State.ABANDONED) {
            return;
        }
        state = State.NONE;
        user.exchangeFailed(failure);
    }

    @Override
    public boolean takesChunks() {
        return true;
    }

    @Override
    public boolean mayRefuse() {
        return false;
    }

    @Override
    public void head(RequestHead head, BodyForm form, boolean last, boolean mayComeAgain) {
        request.head(open(), head, form, last, mayComeAgain);
    }

    @Override
    public void headAgain() {
        request.headAgain(open());
    }

    @Override
    public void body(ByteBuf bytes, boolean last) {
        request.body(open(), bytes, last);
    }

    @Override
    public void end(@Nullable Fields trailers) {
        request.end(open(), trailers);
    }

    @Override
    public void flush() {
        UpstreamConnection lent = connection;
        if (lent != null) {
            lent.writes().flush();
        }
    }

    @Override
    public boolean writable() {
        UpstreamConnection lent = connection;
        return lent != null && lent.channel().isWritable();
    }

    @Override
    public void writabilityChanged() {
        if (writable()) {
            user.upstreamWritable();
        }
    }

    private UpstreamConnection open() {
        return Objects.requireNonNull(connection);
    }

    private SocketChannel channel() {
        return open().channel();
    }

    @Override
    public @Nullable SocketChannel socket() {
        UpstreamConnection lent = connection;
        return lent == null ? null : lent.channel();
    }

    // ---- the response

    @Override
    public void read(ByteBuf bytes) {
        if (state != State.OPEN) {
            bytes.release();
            return;
        }
        user.upstreamProgress();
        received = true;
        forgetRequest();
        held.add(bytes);
        boolean more = true;
        while (more && state == State.OPEN && !held.isEmpty()) {
            more = headDone ? body() : head();
        }
    }

    private boolean head() {
        if (!held.worthParsing()) {
            return false;
        }
        ResponseParser parser = serving.responseParser();
        RequestParser.Outcome outcome = parse(parser);
        if (outcome == RequestParser.Outcome.INCOMPLETE) {
            return false;
        }
        if (outcome == RequestParser.Outcome.BAD) {
            fail(Failure.UPSTREAM_BAD_RESPONSE);
            return false;
        }
        ResponseHead head = parser.head();
        held.skip(parser.end());
        if (head.interim()) {
            if (++interims > INTERIM_MAX) {
                fail(Failure.UPSTREAM_BAD_RESPONSE);
                return false;
            }
            user.interim(head);
            return true;
        }
        if (head.status() == 101) {
            user.switched(head);
            return request.inTunnel();
        }
        return response(head, parser.connectionNames());
    }

    private RequestParser.Outcome parse(ResponseParser parser) {
        HeadLimits limits = HeadLimits.RESPONSE;
        byte[] scratch = serving.loop().headScratch(limits.headBytesMax() + EDIT_BYTES);
        int available = Math.min(held.readableBytes(), limits.headBytesMax());
        if (available > HEAD_BYTES_AT_FIRST) {
            held.copy(scratch, HEAD_BYTES_AT_FIRST);
            RequestParser.Outcome outcome =
                    parser.parse(scratch, HEAD_BYTES_AT_FIRST, limits, user.answered());
            if (outcome != RequestParser.Outcome.INCOMPLETE) {
                return outcome;
            }
        }
        held.copy(scratch, available);
        return parser.parse(scratch, available, limits, user.answered());
    }

    private boolean response(ResponseHead head, List<HeaderName> connectionNames) {
        headDone = true;
        long length = head.bodyLength();
        keepAlive = head.keepAlive() && length != BodyLength.UNTIL_CLOSE;
        body.start(length, connectionNames);
        boolean chunks =
                length == BodyLength.CHUNKED && user.takesResponseChunks() && !body.dropsTrailers();
        form = chunks ? BodyForm.CHUNKS : BodyForm.CONTENT;
        ByteBuf first = null;
        if (!body.done() && !held.isEmpty()) {
            // Before the head is passed on, so that a bad first chunk is still a bad response.
            first = held.takeBody(body, form);
            if (first == null) {
                fail(Failure.UPSTREAM_BAD_RESPONSE);
                return false;
            }
        }
        if (!body.done()) {
            user.response(head, form, first, false);
            spliceRest();
            return true;
        }
        Fields trailers = trailers();
        giveBack();
        user.response(head, form, first, trailers == null);
        if (trailers != null) {
            user.responseEnd(trailers);
        }
        return false;
    }

    private boolean body() {
        ByteBuf bytes = held.takeBody(body, form);
        if (bytes == null) {
            fail(Failure.UPSTREAM_BAD_RESPONSE);
            return false;
        }
        if (!body.done()) {
            user.responseBody(bytes, false);
            spliceRest();
            return true;
        }
        Fields trailers = trailers();
        giveBack();
        user.responseBody(bytes, trailers == null);
        if (trailers != null) {
            user.responseEnd(trailers);
        }
        return false;
    }

    // Not seen, the rest of a long body costs less.
    private void spliceRest() {
        if (state != State.OPEN
                || !headDone
                || !request.done()
                || !held.isEmpty()
                || body.remaining() < SPLICED_BYTES_MIN) {
            return;
        }
        EventWrites output = user.bodyOutput();
        if (output == null) {
            return;
        }
        output.flush();
        BodySplice rest = BodySplice.of(serving.loop(), channel(), output, body.remaining(), this);
        if (rest != null) {
            splice = rest;
            rest.start();
        }
    }

    @Override
    public void spliced(int bytes) {
        body.passed(bytes);
        user.bodyPassed(bytes);
        user.upstreamProgress();
    }

    @Override
    public void spliceProgress() {
        if (splice != null) {
            user.upstreamProgress();
        }
    }

    @Override
    public void spliceDone(boolean quiet) {
        splice = null;
        keepAlive &= quiet;
        giveBack();
        user.responseBody(Unpooled.EMPTY_BUFFER, true);
    }

    @Override
    public void spliceStopped() {
        splice = null;
    }

    private @Nullable Fields trailers() {
        return form == BodyForm.CONTENT ? body.trailers() : null;
    }

    // The response is complete.
    private void giveBack() {
        UpstreamConnection lent = open();
        boolean clean = held.isEmpty() && keepAlive && request.done();
        close();
        if (clean) {
            lent.release();
        } else {
            lent.discard();
        }
    }

    @Override
    public void readComplete() {
        if (state == State.OPEN) {
            user.upstreamReadComplete();
        }
    }

    @Override
    public void read(boolean on) {
        UpstreamConnection lent = connection;
        if (lent != null && lent.channel().config().isAutoRead() != on) {
            lent.channel().config().setAutoRead(on);
        }
    }

    @Override
    public void inputClosed() {
        if (state != State.OPEN) {
            return;
        }
        if (headDone && body.length() == BodyLength.UNTIL_CLOSE) {
            giveBack();
            user.responseEnd(null);
            return;
        }
        fail(Failure.UPSTREAM_RESET);
    }

    // ---- other ways to end

    @Override
    public void closed(@Nullable Throwable cause) {
        if (state != State.OPEN) {
            return;
        }
        close();
        user.exchangeFailed(Failure.UPSTREAM_RESET);
    }

    private void fail(Failure failure) {
        UpstreamConnection lent = open();
        close();
        lent.discard();
        user.exchangeFailed(failure);
    }

    @Override
    public void beginTunnel() {
        request.beginTunnel();
        headDone = true;
        keepAlive = false;
        form = BodyForm.CONTENT;
        body.start(BodyLength.UNTIL_CLOSE);
    }

    @Override
    public boolean detachable() {
        return true;
    }

    @Override
    public DetachedSocket detach() {
        SocketChannel channel = open().detach();
        ByteBuf early = held.takeAll();
        forgetRequest();
        close();
        return new DetachedSocket(channel, early, null);
    }

    @Override
    public boolean abort() {
        forgetRequest();
        if (state == State.CONNECTING) {
            state = State.ABANDONED;
            return false;
        }
        UpstreamConnection lent = connection;
        if (lent != null) {
            close();
            if (request.inTunnel()) {
                // RFC 9113 section 8.5: an orderly end would look complete to who is behind it.
                ConnectionEnd.reset(lent.channel());
            }
            lent.discard();
        }
        return true;
    }

    private void close() {
        BodySplice rest = splice;
        if (rest != null) {
            splice = null;
            rest.stop();
        }
        held.release();
        connection = null;
        state = State.NONE;
    }

    @Override
    public void forgetRequest() {
        request.forgetHead();
    }
}
