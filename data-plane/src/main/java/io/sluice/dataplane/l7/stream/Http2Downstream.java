package io.sluice.dataplane.l7.stream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.sluice.dataplane.l7.codec.http2.ErrorCode;
import io.sluice.dataplane.l7.codec.http2.Priority;
import io.sluice.dataplane.l7.codec.http2.ReceiveWindow;
import io.sluice.dataplane.l7.codec.http2.SendWindow;
import io.sluice.dataplane.l7.message.BodyLength;
import io.sluice.dataplane.l7.message.Fields;
import io.sluice.dataplane.l7.message.HeaderName;
import io.sluice.dataplane.l7.message.Method;
import io.sluice.dataplane.l7.message.RequestHead;
import io.sluice.dataplane.l7.message.ResponseHead;
import io.sluice.dataplane.net.EventWrites;
import io.sluice.dataplane.net.Failure;
import io.sluice.dataplane.net.Timer;

import org.jspecify.annotations.Nullable;

import java.util.Objects;

/**
 * A stream of a client's HTTP/2 connection (RFC 9113 section 5). Used for one stream after the
 * other, of any connection of its loop.
 *
 * <p>What the upstream does not take is held back here, within the window announced to the client;
 * what the client does not take waits here, and beyond a bound the upstream is not read.
 */
final class Http2Downstream implements Downstream {
    private static final byte[] NO_BODY = new byte[0];

    /** Bytes waiting for the client beyond which the upstream is not read. */
    private static final int WAITING_BYTES_MAX = 64 * 1024;

    /** Without a byte leaving once the response is complete. */
    private static final long STALLED_NANOS = 30_000_000_000L;

    private final HttpServing serving;
    private final HttpStream stream;
    private final ByteBufAllocator allocator;
    private final Timer timer;
    private final SendWindow sendWindow = new SendWindow(0);
    private final ReceiveWindow receiveWindow = new ReceiveWindow(0);
    private final WaitingBody waiting;
    private @Nullable Http2ConnectionHandler connection;
    private int id;
    private int priority;
    private boolean prioritySaid;

    // From the client.
    private boolean headRequest;
    private boolean remoteEnded;
    private long bodyLength;
    private long received;
    private @Nullable ByteBuf held;
    private @Nullable Fields heldTrailers;
    private boolean heldEnd;
    private boolean tunnel;

    // To the client.
    private boolean blocked;
    private boolean over;

    // Owned by ReadyStreams: neighbours of the same urgency.
    @Nullable Http2Downstream nextReady;
    @Nullable Http2Downstream previousReady;
    boolean ready;

    // Owned by the connection: touched by the read under way; by the serving: of no stream.
    @Nullable Http2Downstream next;
    boolean touched;

    Http2Downstream(HttpServing serving, ByteBufAllocator allocator) {
        this.serving = serving;
        this.allocator = allocator;
        this.waiting = new WaitingBody(allocator);
        this.stream = new HttpStream(serving, this, allocator);
        this.timer = serving.loop().newTimer(this::expired);
    }

    // ---- from the client

    /** A stream begins; its head follows by {@link #begin} or {@link #refuse}. */
    void open(Http2ConnectionHandler connection, int id, int sendBytes, int receiveBytes) {
        this.connection = connection;
        this.id = id;
        sendWindow.start(sendBytes);
        receiveWindow.start(receiveBytes);
        priority = Priority.DEFAULT;
        prioritySaid = false;
        headRequest = false;
        remoteEnded = false;
        bodyLength = BodyLength.CHUNKED;
        received = 0;
        heldEnd = false;
        tunnel = false;
        blocked = false;
        over = false;
    }

    /** What {@link EarlyPriorities} have of it; outranks what the head says. */
    void saidBefore(int early) {
        if (early != EarlyPriorities.NONE) {
            priority = early;
            prioritySaid = true;
        }
    }

    void begin(RequestHead head, boolean plainPath, int blockBytes, boolean endStream) {
        headRequest = head.method() == Method.HEAD;
        remoteEnded = endStream;
        bodyLength = head.webSocket() ? BodyLength.CHUNKED : head.bodyLength();
        Fields fields = head.fields();
        int index = fields.find(HeaderName.PRIORITY);
        if (index >= 0 && !prioritySaid) {
            priority =
                    Priority.parse(
                            fields.bytes(), fields.valueStart(index), fields.valueEnd(index));
        }
        stream.begin(head, plainPath, blockBytes);
        if (!over) {
            awaitBody();
        }
    }

    /** Ends a stream whose head is refused, with a reply. */
    void refuse(Failure failure, boolean endStream) {
        remoteEnded = endStream;
        stream.refuse(failure);
    }

    /** Ends a stream whose head is malformed, with a reset. */
    void malformed(Failure failure) {
        stream.reject(failure);
        reset(ErrorCode.PROTOCOL_ERROR);
    }

    /**
     * Part of the body.
     *
     * @return {@link ErrorCode#NONE}, or that of the stream
     */
    int data(ByteBuf in, int bytes, int flowBytes, boolean endStream) {
        if (remoteEnded) {
            connection().passed(flowBytes);
            return ErrorCode.STREAM_CLOSED;
        }
        received += bytes;
        boolean tooLong = bodyLength >= 0 && received > bodyLength;
        boolean tooShort = bodyLength > 0 && endStream && received < bodyLength;
        boolean overrun = !receiveWindow.receive(flowBytes);
        if (tooLong || tooShort || overrun) {
            connection().passed(flowBytes);
            return overrun ? ErrorCode.FLOW_CONTROL_ERROR : ErrorCode.PROTOCOL_ERROR;
        }
        remoteEnded = endStream;
        if (received > serving.spec().bodyBytesMax() && !over) {
            stream.refuse(Failure.BODY_TOO_LARGE);
        }
        if (over) {
            connection().passed(flowBytes);
            return ErrorCode.NONE;
        }
        release(flowBytes - bytes);
        if (held == null && stream.takesBody()) {
            pass(in.readRetainedSlice(bytes), endStream);
        } else {
            hold(in, bytes);
            heldEnd = endStream;
        }
        if (!over) {
            awaitBody();
        }
        return ErrorCode.NONE;
    }

    private void pass(ByteBuf bytes, boolean last) {
        int passed = bytes.readableBytes();
        stream.requestBody(bytes, last);
        release(passed);
    }

    private void hold(ByteBuf in, int bytes) {
        if (bytes == 0) {
            return;
        }
        ByteBuf into = held;
        if (into == null) {
            into = allocator.ioBuffer(bytes);
            held = into;
        }
        into.writeBytes(in, in.readerIndex(), bytes);
    }

    // The client may send as many again.
    private void release(int bytes) {
        if (bytes == 0 || connection == null) {
            return;
        }
        connection.passed(bytes);
        if (!remoteEnded) {
            int increment = receiveWindow.release(bytes, connection.growth());
            if (increment > 0) {
                connection.output().windowUpdate(id, increment);
            }
        }
        if (!connection.inRead()) {
            // The client hears of its windows now: no read of it may follow.
            connection.output().flushSoon();
        }
    }

    /**
     * The body ends with these.
     *
     * @return {@link ErrorCode#NONE}, or that of the stream
     */
    int trailers(Fields trailers) {
        if (remoteEnded) {
            return ErrorCode.STREAM_CLOSED;
        }
        // RFC 9113 section 8.5: nothing but DATA is sent in a tunnel.
        if (tunnel || (bodyLength > 0 && received < bodyLength)) {
            return ErrorCode.PROTOCOL_ERROR;
        }
        remoteEnded = true;
        timer.disarm();
        if (over) {
            return ErrorCode.NONE;
        }
        if (held == null && stream.takesBody()) {
            stream.requestEnd(trailers);
        } else {
            heldTrailers = trailers.copy();
            heldEnd = true;
        }
        return ErrorCode.NONE;
    }

    @Override
    public void advance() {
        ByteBuf bytes = held;
        if (over || !stream.takesBody()) {
            return;
        }
        if (bytes != null) {
            held = null;
            pass(bytes, heldEnd && heldTrailers == null);
        }
        if (heldEnd && !over && stream.takesBody()) {
            stream.requestEnd(heldTrailers);
        }
        if (!over) {
            awaitBody();
        }
    }

    private void awaitBody() {
        if (remoteEnded || tunnel || held != null || !stream.takesBody()) {
            timer.disarm();
            return;
        }
        timer.arm(serving.spec().timeouts().requestBodyNanos());
    }

    private void expired() {
        if (over && writePaused()) {
            timer.arm(STALLED_NANOS);
        } else if (over) {
            reset(ErrorCode.CANCEL);
        } else if (connection().readPaused()) {
            timer.arm(serving.spec().timeouts().requestBodyNanos());
        } else {
            stream.refuse(Failure.REQUEST_TIMEOUT);
        }
    }

    /** The client, or its connection, is gone. */
    void cancel(Failure failure) {
        if (!over) {
            over = true;
            stream.cancel(failure);
        }
        dropBodies();
    }

    /** A frame broke the rules, or the client takes nothing any more. */
    void reset(int errorCode) {
        cancel(Failure.DOWNSTREAM_CLOSED);
        connection().aborted(this, errorCode);
    }

    void flushUpstream() {
        stream.flushUpstream();
    }

    // ---- to the client

    @Override
    public ClientAddress client() {
        return connection().client();
    }

    @Override
    public boolean inRead() {
        return connection().inRead();
    }

    @Override
    public boolean givesChunks() {
        return false;
    }

    @Override
    public boolean takesChunks() {
        return false;
    }

    @Override
    public boolean interim(ResponseHead head) {
        stream.sentDownstream(connection().output().head(id, head, false));
        return true;
    }

    @Override
    public void head(ResponseHead head, BodyForm form, @Nullable ByteBuf first, boolean last) {
        boolean body = first != null && first.isReadable();
        stream.sentDownstream(connection().output().head(id, head, last && !body));
        if (first == null) {
            return;
        }
        if (body) {
            body(first, last);
        } else {
            first.release();
        }
    }

    @Override
    public void body(ByteBuf bytes, boolean last) {
        stream.sentDownstream(bytes.readableBytes());
        connection().output().body(this, bytes, last);
    }

    @Override
    public void end(@Nullable Fields trailers) {
        connection().output().end(this, trailers);
    }

    @Override
    public @Nullable EventWrites bodyOutput() {
        // It goes in frames.
        return null;
    }

    @Override
    public void bodyPassed(int bytes) {
        throw new IllegalStateException("no way past the frames");
    }

    @Override
    public void reply(ResponseHead head, byte[] body) {
        byte[] sent = headRequest ? NO_BODY : body;
        stream.sentDownstream(connection().output().head(id, head, sent.length == 0));
        if (sent.length > 0) {
            body(Unpooled.wrappedBuffer(sent), true);
        }
    }

    @Override
    public boolean writable() {
        blocked = waiting.bytes() >= WAITING_BYTES_MAX || connection().output().full(waiting);
        return !blocked;
    }

    @Override
    public boolean writePaused() {
        return connection().writePaused();
    }

    /** Some of what waited has left. */
    void progressed() {
        if (over && waiting.isEmpty()) {
            // It may be a while before it leaves its connection.
            timer.disarm();
            connection().finished(this);
        } else if (over) {
            timer.arm(STALLED_NANOS);
        } else if (blocked && writable()) {
            stream.downstreamWritable();
        }
    }

    @Override
    public void flush() {
        connection().output().flushSoon();
    }

    @Override
    public void ended() {
        over = true;
        releaseHeld();
        if (waiting.isEmpty()) {
            connection().finished(this);
        } else {
            timer.arm(STALLED_NANOS);
        }
        flush();
    }

    @Override
    public void abort(Failure failure) {
        over = true;
        dropBodies();
        connection().aborted(this, errorCode(failure));
    }

    // As the upstream said it: a client of gRPC has the status of its call from that.
    private static int errorCode(Failure failure) {
        return switch (failure) {
            case UPSTREAM_CANCELLED -> ErrorCode.CANCEL;
            case UPSTREAM_OVERLOADED -> ErrorCode.ENHANCE_YOUR_CALM;
            default -> ErrorCode.INTERNAL_ERROR;
        };
    }

    private void dropBodies() {
        timer.disarm();
        releaseHeld();
        connection().output().drop(this);
    }

    private void releaseHeld() {
        ByteBuf bytes = held;
        if (bytes != null) {
            held = null;
            connection().passed(bytes.readableBytes());
            bytes.release();
        }
        heldTrailers = null;
    }

    // ---- what the connection asks

    int id() {
        return id;
    }

    HttpStream stream() {
        return stream;
    }

    int priority() {
        return priority;
    }

    void priority(int priority) {
        connection().output().unready(this);
        this.priority = priority;
        connection().output().readyIfSendable(this);
    }

    SendWindow sendWindow() {
        return sendWindow;
    }

    ReceiveWindow receiveWindow() {
        return receiveWindow;
    }

    WaitingBody waiting() {
        return waiting;
    }

    boolean over() {
        return over;
    }

    boolean remoteEnded() {
        return remoteEnded;
    }

    /** Is used no more. */
    void close() {
        timer.cancel();
        stream.closed();
    }

    /** Leaves its connection, to be used for another stream. */
    void leave() {
        assert connection != null && !stream.active();
        timer.disarm();
        connection = null;
    }

    private Http2ConnectionHandler connection() {
        return Objects.requireNonNull(connection);
    }

    // ---- tunnels

    @Override
    public boolean upgradesBySuccess() {
        return true;
    }

    // RFC 8441 section 5: the stream itself is proof enough.
    @Override
    public void upgrade(ResponseHead head) {
        head.status(200);
        head.fields().remove(HeaderName.SEC_WEBSOCKET_ACCEPT);
        stream.sentDownstream(connection().output().head(id, head, false));
    }

    @Override
    public void beginTunnel() {
        tunnel = true;
        flush();
    }

    @Override
    public boolean detachable() {
        return false;
    }

    @Override
    public DetachedSocket detach(Tunnel taker) {
        throw new IllegalStateException("one stream of several");
    }

    @Override
    public void passedInTunnel(int bytesIn, int bytesOut) {
        throw new IllegalStateException("one stream of several");
    }

    @Override
    public void tunnelEnded() {
        throw new IllegalStateException("one stream of several");
    }
}
