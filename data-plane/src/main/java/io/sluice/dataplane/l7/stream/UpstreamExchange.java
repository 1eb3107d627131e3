package io.sluice.dataplane.l7.stream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.socket.SocketChannel;
import io.sluice.dataplane.cluster.pool.ConnectionPool;
import io.sluice.dataplane.cluster.pool.UpstreamConnection;
import io.sluice.dataplane.cluster.pool.UpstreamUser;
import io.sluice.dataplane.l7.codec.BodyDecoder;
import io.sluice.dataplane.l7.codec.HeadLimits;
import io.sluice.dataplane.l7.codec.RequestParser;
import io.sluice.dataplane.l7.codec.ResponseParser;
import io.sluice.dataplane.l7.message.BodyLength;
import io.sluice.dataplane.l7.message.ResponseHead;
import io.sluice.dataplane.net.Failure;

import org.jspecify.annotations.Nullable;

import java.util.Objects;

/**
 * One attempt at an upstream over HTTP/1.1: sends the request, finds the response in what arrives,
 * gives the connection back or closes it. Used for one attempt after the other; its {@link
 * HttpStream} decides about the next. Of its loop's thread.
 */
final class UpstreamExchange implements UpstreamUser {
    private enum State {
        /** Nothing under way. */
        NONE,
        CONNECTING,
        OPEN,
        /** Given up while connecting; returns the connection when it comes. */
        ABANDONED
    }

    /** Room for edits behind a head in the scratch; more makes a larger array. */
    private static final int EDIT_BYTES = 4096;

    /** Responses before the response; a real one has one or two. */
    private static final int INTERIM_MAX = 100;

    /** Of a body, copied behind the head rather than sent as a buffer of its own. */
    private static final int COPIED_BYTES_MAX = 1024;

    private final HttpServing serving;
    private final HttpStream stream;
    private final BodyDecoder body = new BodyDecoder();
    private State state = State.NONE;
    private @Nullable UpstreamConnection connection;
    private final HeldBytes held;
    private @Nullable ByteBuf request;
    private boolean requestKept;
    private boolean received;
    private int interims;
    private boolean headDone;
    private boolean keepAlive;
    private boolean unflushed;

    UpstreamExchange(HttpServing serving, HttpStream stream, ByteBufAllocator allocator) {
        this.serving = serving;
        this.stream = stream;
        this.held = new HeldBytes(allocator);
    }

    /** Asks for a connection; {@link HttpStream#connected} follows, maybe within this call. */
    void start(ConnectionPool pool) {
        begin();
        pool.acquire(this);
    }

    /** Sends the same request again, on a new connection. */
    void startAnew(ConnectionPool pool) {
        begin();
        pool.connect(this);
    }

    private void begin() {
        state = State.CONNECTING;
        received = false;
        interims = 0;
        headDone = false;
        keepAlive = false;
    }

    boolean connecting() {
        return state == State.CONNECTING;
    }

    @Override
    public void connected(UpstreamConnection lent) {
        if (state == State.ABANDONED) {
            lent.release();
            return;
        }
        state = State.OPEN;
        connection = lent;
        stream.connected();
    }

    @Override
    public void connectFailed(Failure failure, Throwable cause) {
        if (state == State.ABANDONED) {
            return;
        }
        state = State.NONE;
        stream.exchangeFailed(failure);
    }

    /**
     * Sends the head, encoded by the stream unless it was sent before.
     *
     * @param mayComeAgain whether to keep it in case the connection turns out dead
     */
    void sendHead(boolean mayComeAgain) {
        ByteBuf bytes = request;
        if (bytes == null) {
            bytes = stream.encodeHead(channel().alloc());
        } else {
            bytes.readerIndex(0);
        }
        request = null;
        requestKept = mayComeAgain && open().reused();
        if (requestKept) {
            request = bytes.retain();
        }
        write(bytes);
    }

    /** Whether the head is kept and {@link #startAnew} can send it. */
    boolean canSendAgain() {
        return request != null && !received;
    }

    void write(ByteBuf bytes) {
        // A failed write closes the connection, which comes by closed().
        var _ = channel().write(bytes, channel().voidPromise());
        unflushed = true;
    }

    void flush() {
        UpstreamConnection lent = connection;
        if (unflushed && lent != null) {
            unflushed = false;
            lent.channel().flush();
        }
    }

    boolean writable() {
        UpstreamConnection lent = connection;
        return lent != null && lent.channel().isWritable();
    }

    private UpstreamConnection open() {
        return Objects.requireNonNull(connection);
    }

    private SocketChannel channel() {
        return open().channel();
    }

    @Override
    public void read(ByteBuf bytes) {
        if (state != State.OPEN) {
            bytes.release();
            return;
        }
        stream.upstreamProgress();
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
        HeadLimits limits = HeadLimits.RESPONSE;
        byte[] scratch = serving.loop().headScratch(limits.headBytesMax() + EDIT_BYTES);
        int available = Math.min(held.readableBytes(), limits.headBytesMax());
        held.copy(scratch, available);
        ResponseParser parser = serving.responseParser();
        RequestParser.Outcome outcome = parser.parse(scratch, available, limits, stream.answered());
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
            stream.interim(head);
            return true;
        }
        if (head.status() == 101) {
            stream.switched(head);
            return false;
        }
        return response(head);
    }

    private boolean response(ResponseHead head) {
        headDone = true;
        keepAlive = head.keepAlive() && head.bodyLength() != BodyLength.UNTIL_CLOSE;
        body.start(head.bodyLength());
        stream.responseBegins(head.bodyLength());
        int first = 0;
        if (!body.done() && !held.isEmpty() && stream.passesAsIs()) {
            // Before the head is sent, so that a bad first chunk is still a bad response.
            first = body.take(held.bytes());
            if (first < 0) {
                fail(Failure.UPSTREAM_BAD_RESPONSE);
                return false;
            }
        }
        boolean copied = first <= COPIED_BYTES_MAX;
        ByteBuf out = stream.responseHead(head, copied ? first : 0);
        if (copied && first > 0) {
            out.writeBytes(held.bytes(), held.bytes().readerIndex(), first);
            held.skip(first);
        }
        stream.write(out);
        if (!copied) {
            stream.responseBody(held.take(first));
        }
        if (body.done()) {
            complete();
            return false;
        }
        return true;
    }

    private boolean body() {
        ByteBuf bytes = held.bytes();
        ByteBuf content =
                stream.wantsContent() ? channel().alloc().ioBuffer(bytes.readableBytes()) : null;
        int taken = body.take(bytes, content);
        if (taken < 0) {
            if (content != null) {
                content.release();
            }
            fail(Failure.UPSTREAM_BAD_RESPONSE);
            return false;
        }
        if (content == null) {
            stream.responseBody(held.take(taken));
        } else {
            held.skip(taken);
            stream.responseBody(content);
        }
        if (body.done()) {
            complete();
            return false;
        }
        return true;
    }

    private void complete() {
        UpstreamConnection lent = open();
        boolean clean = held.isEmpty() && keepAlive && stream.requestSent();
        close();
        if (clean) {
            lent.release();
        } else {
            lent.discard();
        }
        stream.responseEnd();
    }

    @Override
    public void readComplete() {
        stream.upstreamReadComplete();
    }

    /** Stops or goes on reading the response. */
    void read(boolean on) {
        UpstreamConnection lent = connection;
        if (lent != null && lent.channel().config().isAutoRead() != on) {
            lent.channel().config().setAutoRead(on);
        }
    }

    @Override
    public void writabilityChanged() {
        if (writable()) {
            stream.upstreamWritable();
        }
    }

    @Override
    public void inputClosed() {
        if (endsByClose()) {
            complete();
            return;
        }
        fail(Failure.UPSTREAM_RESET);
    }

    private boolean endsByClose() {
        return headDone && body.length() == BodyLength.UNTIL_CLOSE;
    }

    @Override
    public void closed(@Nullable Throwable cause) {
        if (state != State.OPEN) {
            return;
        }
        close();
        stream.exchangeFailed(Failure.UPSTREAM_RESET);
    }

    private void fail(Failure failure) {
        UpstreamConnection lent = open();
        close();
        lent.discard();
        stream.exchangeFailed(failure);
    }

    /** Takes the connection out of HTTP; what came behind the head is left in {@link #takeHeld}. */
    SocketChannel detach() {
        UpstreamConnection lent = open();
        SocketChannel channel = lent.detach();
        connection = null;
        state = State.NONE;
        forgetRequest();
        return channel;
    }

    @Nullable ByteBuf takeHeld() {
        return held.takeAll();
    }

    /**
     * Gives up.
     *
     * @return false if a connection is still being made, in which case this object is of no more
     *     use
     */
    boolean abort() {
        forgetRequest();
        if (state == State.CONNECTING) {
            state = State.ABANDONED;
            return false;
        }
        UpstreamConnection lent = connection;
        if (lent != null) {
            close();
            lent.discard();
        }
        state = State.NONE;
        return true;
    }

    private void close() {
        held.release();
        connection = null;
        unflushed = false;
        state = State.NONE;
    }

    void forgetRequest() {
        ByteBuf bytes = request;
        if (bytes != null) {
            request = null;
            bytes.release();
        }
    }
}
