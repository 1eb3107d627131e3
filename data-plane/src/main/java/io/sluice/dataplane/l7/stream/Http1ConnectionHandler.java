package io.sluice.dataplane.l7.stream;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;
import io.sluice.dataplane.l7.codec.BodyDecoder;
import io.sluice.dataplane.l7.codec.RequestParser;
import io.sluice.dataplane.l7.message.Ascii;
import io.sluice.dataplane.l7.message.BodyLength;
import io.sluice.dataplane.l7.message.Fields;
import io.sluice.dataplane.net.Arrival;
import io.sluice.dataplane.net.ConnectionEnd;
import io.sluice.dataplane.net.EventWrites;
import io.sluice.dataplane.net.Failure;
import io.sluice.dataplane.net.LingeringClose;
import io.sluice.dataplane.net.PeerReset;
import io.sluice.dataplane.net.Shaping;
import io.sluice.dataplane.net.Timer;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.util.function.Consumer;

/**
 * One client connection of HTTP/1.1: finds requests and their bodies in what arrives, hands them to
 * its {@link HttpStream} one at a time, and closes in a way that lets the last response arrive. Of
 * its loop's thread.
 *
 * <p>Reading stops while bytes are held that nobody can take: the next request while one is under
 * way or the client does not read its responses, or a body that the upstream does not take.
 */
final class Http1ConnectionHandler extends ChannelInboundHandlerAdapter
        implements ClientConnection {
    private static final Logger log = LoggerFactory.getLogger(Http1ConnectionHandler.class);

    /** Of a request head, copied at first; most heads are shorter. */
    private static final int HEAD_BYTES_AT_FIRST = 4096;

    /** Room for edits behind a head in the scratch; more makes a larger array. */
    private static final int EDIT_BYTES = 4096;

    private static final byte[] HTTP2_PREFACE = Ascii.bytes("PRI * HTTP/2.0\r\n");

    /** A client that ended its side may still read; one that left cannot be told apart. */
    private static final long HALF_CLOSED_NANOS = 1_000_000_000L;

    /** For a request that is on its way when a drain begins; its response says that it ends. */
    private static final long LAST_REQUEST_NANOS = 1_000_000_000L;

    private enum State {
        /** Between requests, or within a head. */
        HEAD,
        /** A request is under way. */
        STREAM,
        /** The last response was written; {@link LingeringClose} has what comes. */
        LINGER,
        /** A relay has it. */
        TUNNEL,
        CLOSED
    }

    /** What the timer is for. */
    private enum Waiting {
        NOTHING,
        IDLE,
        HEAD,
        BODY,
        /** The response to a client that ended its side. */
        HALF_CLOSED
    }

    private final HttpServing serving;
    private final SocketChannel channel;
    private final EventWrites writes;
    private final Arrival arrival;
    private final HeldBytes held;
    private final BodyDecoder requestBody = new BodyDecoder();
    private final Http1Downstream downstream;
    private final HttpStream stream;
    private final Timer timer;
    private State state = State.HEAD;
    private Waiting waiting = Waiting.HEAD;
    private boolean fresh = true;
    private boolean bodyTunnel;
    private boolean advancing;
    private boolean inRead;
    private boolean inputClosed;
    private boolean draining;
    private @Nullable ClientAddress client;
    private @Nullable Tunnel tunnel;

    private final ClientFlow flow;

    Http1ConnectionHandler(HttpServing serving, SocketChannel channel, Arrival arrival) {
        this.serving = serving;
        this.channel = channel;
        this.writes = new EventWrites(channel);
        this.arrival = arrival;
        this.held = new HeldBytes(channel.alloc());
        this.downstream = new Http1Downstream(this);
        this.stream = new HttpStream(serving, downstream, channel.alloc());
        this.timer = serving.loop().newTimer(this::expired);
        this.flow = serving.newFlow(this);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        flow.enter();
        timer.arm(serving.spec().timeouts().requestHeadNanos());
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        serving.meter().bytesIn += bytes.readableBytes();
        flow.received(bytes.readableBytes());
        if (state == State.LINGER || state == State.CLOSED) {
            ctx.fireChannelRead(bytes);
            return;
        }
        inRead = true;
        held.add(bytes);
        advance();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        inRead = false;
        stream.flushUpstream();
        flush();
    }

    /** Goes on with what is held, as far as it can be used now. */
    void advance() {
        if (advancing) {
            return;
        }
        advancing = true;
        try {
            boolean more = true;
            while (more) {
                more = !held.isEmpty() && (state == State.HEAD ? head() : body());
            }
        } finally {
            advancing = false;
        }
        if (state == State.HEAD && waiting == Waiting.NOTHING) {
            waiting = Waiting.IDLE;
            long idleNanos = serving.spec().timeouts().idleNanos();
            timer.arm(leaving() ? Math.min(idleNanos, LAST_REQUEST_NANOS) : idleNanos);
        }
        readOrNot();
    }

    private void readOrNot() {
        boolean blocked =
                flow.readPaused()
                        || (!held.isEmpty()
                                && (state == State.STREAM
                                        || (state == State.HEAD && !channel.isWritable())));
        if (channel.config().isAutoRead() == blocked) {
            channel.config().setAutoRead(!blocked);
        }
        if (state != State.STREAM || waiting == Waiting.HALF_CLOSED) {
            return;
        }
        if (blocked || requestBody.done() || bodyTunnel) {
            timer.disarm();
            return;
        }
        waiting = Waiting.BODY;
        timer.arm(serving.spec().timeouts().requestBodyNanos());
    }

    @Override
    public void readOn() {
        readOrNot();
    }

    private boolean head() {
        if (!takesResponse() || !held.worthParsing()) {
            return false;
        }
        RequestParser parser = serving.requestParser();
        return switch (parse(parser)) {
            case INCOMPLETE -> {
                if (waiting != Waiting.HEAD) {
                    waiting = Waiting.HEAD;
                    timer.arm(serving.spec().timeouts().requestHeadNanos());
                }
                yield false;
            }
            case BAD -> {
                if (parser.failure() == Failure.VERSION_UNSUPPORTED && startsHttp2()) {
                    becomeHttp2();
                    yield false;
                }
                beginStream();
                stream.refuse(parser.failure());
                yield false;
            }
            case COMPLETE -> {
                beginStream();
                held.skip(parser.end());
                requestBody.start(parser.head().bodyLength(), parser.connectionNames());
                downstream.expect(parser.head());
                stream.begin(parser.head(), parser.plainPath(), parser.end());
                yield true;
            }
        };
    }

    // RFC 9113 section 3.3: prior knowledge, told by the first line of the preface.
    private boolean startsHttp2() {
        ByteBuf bytes = held.bytes();
        return fresh
                && serving.spec().h2c()
                && bytes.readableBytes() >= HTTP2_PREFACE.length
                && Ascii.equal(
                        serving.loop().headScratch(), 0, HTTP2_PREFACE.length, HTTP2_PREFACE);
    }

    private void becomeHttp2() {
        state = State.CLOSED;
        timer.cancel();
        stream.closed();
        flow.leave();
        Http2ConnectionHandler http2 = new Http2ConnectionHandler(serving, channel, arrival);
        channel.pipeline().replace(this, null, http2);
        ByteBuf bytes = held.takeAll();
        if (bytes != null) {
            http2.takeOver(bytes);
        }
    }

    // A client that sends requests and reads no responses would have them pile up here.
    private boolean takesResponse() {
        if (!channel.isWritable()) {
            flush();
        }
        return channel.isWritable();
    }

    private void beginStream() {
        timer.disarm();
        waiting = Waiting.NOTHING;
        fresh = false;
        flow.request();
        state = State.STREAM;
        // Until a head says otherwise: what follows a bad one is never read as a request.
        requestBody.start(Long.MAX_VALUE);
        downstream.reset();
    }

    private RequestParser.Outcome parse(RequestParser parser) {
        var limits = serving.spec().headLimits();
        byte[] scratch = serving.loop().headScratch(limits.headBytesMax() + EDIT_BYTES);
        int available = Math.min(held.readableBytes(), limits.headBytesMax());
        if (available > HEAD_BYTES_AT_FIRST) {
            held.copy(scratch, HEAD_BYTES_AT_FIRST);
            RequestParser.Outcome outcome = parser.parse(scratch, HEAD_BYTES_AT_FIRST, limits);
            if (outcome != RequestParser.Outcome.INCOMPLETE) {
                return outcome;
            }
        }
        held.copy(scratch, available);
        return parser.parse(scratch, available, limits);
    }

    private boolean body() {
        if (state != State.STREAM || requestBody.done() || !stream.takesBody()) {
            return false;
        }
        boolean chunks = givesChunks() && stream.takesChunks();
        BodyForm form = chunks ? BodyForm.CHUNKS : BodyForm.CONTENT;
        ByteBuf bytes = held.takeBody(requestBody, form);
        if (bytes == null) {
            stream.refuse(Failure.BAD_FRAMING);
            return false;
        }
        if (requestBody.received() > serving.spec().bodyBytesMax()) {
            bytes.release();
            stream.refuse(Failure.BODY_TOO_LARGE);
            return false;
        }
        Fields trailers =
                requestBody.done() && form == BodyForm.CONTENT ? requestBody.trailers() : null;
        stream.requestBody(bytes, requestBody.done() && trailers == null);
        if (trailers != null) {
            stream.requestEnd(trailers);
        }
        return true;
    }

    /** The response is complete and written, or the stream has failed beyond a reply. */
    void ended(Ending ending) {
        if (ending == Ending.CLOSE) {
            writes.flushLast();
        } else {
            flush();
        }
        switch (ending) {
            case KEEP_ALIVE -> {
                state = State.HEAD;
                waiting = Waiting.NOTHING;
                advance();
            }
            case CLOSE -> {
                // The kernel resets a connection with unread bytes, and the client may lose the
                // response.
                boolean unread = !requestBody.done() || !held.isEmpty();
                closeAfterWrite(unread || downstream.clientKeepAlive());
            }
            case ABORT -> {
                ConnectionEnd.reset(channel);
            }
        }
    }

    /** How a stream leaves its connection. */
    enum Ending {
        /** The next request may come. */
        KEEP_ALIVE,
        /** The response is complete; nothing follows. */
        CLOSE,
        /** The response is cut off, which the client must see. */
        ABORT
    }

    /** Whether the request is complete and the connection could carry another one. */
    boolean mayStay() {
        return requestBody.done() && !inputClosed && !leaving();
    }

    private boolean leaving() {
        return draining || serving.draining();
    }

    /** Whether a request body of unknown length can go on in its chunks. */
    boolean givesChunks() {
        return !requestBody.dropsTrailers();
    }

    /** Whether the whole request was received. */
    boolean requestDone() {
        return requestBody.done();
    }

    /**
     * Closes once everything written has left.
     *
     * @param linger whether to let the client read it first and close by itself, bounded
     */
    private void closeAfterWrite(boolean linger) {
        state = State.LINGER;
        waiting = Waiting.NOTHING;
        timer.disarm();
        held.release();
        flush();
        if (linger) {
            LingeringClose.start(serving.loop(), channel);
        } else {
            LingeringClose.afterWrites(serving.loop(), channel);
        }
    }

    /** Writes to the client; flushed when the current read event ends, or by {@link #flush}. */
    void write(ByteBuf bytes) {
        count(bytes.readableBytes());
        // A failed write comes by exceptionCaught.
        writes.write(bytes);
    }

    /** Counts what goes to the client. */
    void count(int bytes) {
        serving.meter().bytesOut += bytes;
        flow.sent(bytes);
        stream.sentDownstream(bytes);
    }

    void flush() {
        writes.flush();
    }

    EventWrites writes() {
        return writes;
    }

    /** Whether the client's read event is still going on, at whose end everything is flushed. */
    boolean inRead() {
        return inRead;
    }

    @Override
    public SocketChannel channel() {
        return channel;
    }

    private void close() {
        // What there is to know about it comes by channelInactive.
        var _ = channel.close();
    }

    @Override
    public ClientAddress client() {
        ClientAddress known = client;
        if (known == null) {
            known =
                    new ClientAddress(
                            arrival.clientOr(channel.remoteAddress()), arrival.secure(), false);
            client = known;
        }
        return known;
    }

    /** Leaves the pipeline to a relay; what was received and not passed on goes with it. */
    @Nullable ByteBuf becomeTunnel(Tunnel tunnel) {
        state = State.TUNNEL;
        this.tunnel = tunnel;
        timer.cancel();
        flush();
        if (!channel.config().isAutoRead()) {
            channel.config().setAutoRead(true);
        }
        channel.pipeline().remove(this);
        return held.takeAll();
    }

    /** The connection's limits, for the relay that gets it. */
    @Nullable Shaping handOverLimits() {
        return flow.handOverLimits();
    }

    /** Whether what goes to the client may go past {@link #write}. */
    boolean mayBePassed() {
        return !flow.limitsWrites();
    }

    /** Whether it is for a limit of the listener that the client gets nothing for now. */
    boolean writePaused() {
        return flow.writePaused();
    }

    /** What comes from now on is no HTTP, but passes as the body of the request. */
    void beginTunnel() {
        bodyTunnel = true;
        requestBody.start(BodyLength.UNTIL_CLOSE);
        timer.disarm();
    }

    /** So many bytes came and went in a tunnel that has the connection. */
    void passedInTunnel(int bytesIn, int bytesOut) {
        flow.received(bytesIn);
        flow.sent(bytesOut);
    }

    /** The tunnel is over. */
    void tunnelEnded() {
        state = State.CLOSED;
        flow.leave();
    }

    @Override
    public void undrain() {
        draining = false;
    }

    @Override
    public void drain() {
        draining = true;
        if (state != State.HEAD || !held.isEmpty()) {
            return;
        }
        timer.arm(LAST_REQUEST_NANOS);
    }

    @Override
    public void cut(Failure why) {
        if (tunnel != null) {
            tunnel.cut(why);
            return;
        }
        stream.cancel(why);
        close();
    }

    @Override
    public String protocol() {
        return tunnel != null || bodyTunnel ? "websocket" : "http1";
    }

    @Override
    public void forEachStream(Consumer<HttpStream> action) {
        if (stream.active() || tunnel != null) {
            action.accept(stream);
        }
    }

    @Override
    public void end(HttpStream ended, Failure why) {
        if (tunnel != null) {
            tunnel.cut(why);
            return;
        }
        ended.refuse(why);
        ended.flushUpstream();
    }

    private void expired() {
        if (flow.readPaused() || (flow.writePaused() && state == State.HEAD)) {
            // What it waits for may have been sent long ago.
            timer.arm(Math.max(LAST_REQUEST_NANOS, serving.spec().timeouts().requestHeadNanos()));
            return;
        }
        switch (waiting) {
            case NOTHING -> close();
            case IDLE -> closeAfterWrite(false);
            case HEAD -> {
                if (held.isEmpty()) {
                    close();
                    return;
                }
                beginStream();
                stream.refuse(Failure.REQUEST_TIMEOUT);
            }
            case BODY -> stream.refuse(Failure.REQUEST_TIMEOUT);
            case HALF_CLOSED -> {
                if (!stream.responding()) {
                    stream.cancel(Failure.DOWNSTREAM_CLOSED);
                    close();
                }
            }
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (channel.isWritable()) {
            stream.downstreamWritable();
            advance();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event == PeerReset.INSTANCE) {
            // Whoever is gone gets no answers, other than one that only ended its side.
            close();
        }
        if (event != ChannelInputShutdownEvent.INSTANCE) {
            return;
        }
        inputClosed = true;
        switch (state) {
            case HEAD -> closeAfterWrite(false);
            case STREAM -> inputClosedUnderStream();
            case LINGER -> ctx.fireUserEventTriggered(event);
            case TUNNEL, CLOSED -> {}
        }
    }

    private void inputClosedUnderStream() {
        if (bodyTunnel) {
            stream.requestEnd(null);
        } else if (!requestBody.done() || !ConnectionEnd.answersEndedInput(channel)) {
            stream.cancel(Failure.DOWNSTREAM_CLOSED);
            close();
        } else if (!stream.responding()) {
            waiting = Waiting.HALF_CLOSED;
            timer.arm(HALF_CLOSED_NANOS);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (state == State.TUNNEL) {
            return;
        }
        state = State.CLOSED;
        timer.cancel();
        stream.cancel(Failure.DOWNSTREAM_CLOSED);
        stream.closed();
        held.release();
        writes.drop();
        flow.leave();
        ctx.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (!(cause instanceof IOException)) {
            log.error("event=connection-failed listener={}", serving.listener(), cause);
            stream.cancel(Failure.INTERNAL);
        }
        close();
    }
}
