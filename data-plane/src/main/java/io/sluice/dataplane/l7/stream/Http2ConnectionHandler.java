package io.sluice.dataplane.l7.stream;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.socket.SocketChannel;
import io.sluice.dataplane.l7.codec.http2.ErrorCode;
import io.sluice.dataplane.l7.codec.http2.FloodGuard;
import io.sluice.dataplane.l7.codec.http2.FrameReader;
import io.sluice.dataplane.l7.codec.http2.FrameWriter;
import io.sluice.dataplane.l7.codec.http2.Http2Limits;
import io.sluice.dataplane.l7.codec.http2.PeerSettings;
import io.sluice.dataplane.l7.codec.http2.WindowGrowth;
import io.sluice.dataplane.net.Arrival;
import io.sluice.dataplane.net.Failure;
import io.sluice.dataplane.net.LingeringClose;
import io.sluice.dataplane.net.Loop;
import io.sluice.dataplane.net.PeerReset;
import io.sluice.dataplane.net.ShortLivedReads;
import io.sluice.dataplane.net.Timer;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.util.function.Consumer;

/**
 * One client connection of HTTP/2: its life from preface to GOAWAY (RFC 9113 section 3.4, 6.8).
 * {@link Http2Streams} takes what comes, {@link Http2Output} sends what goes. Of its loop's thread.
 */
final class Http2ConnectionHandler extends ChannelInboundHandlerAdapter
        implements ClientConnection {
    private static final Logger log = LoggerFactory.getLogger(Http2ConnectionHandler.class);

    /** For requests that are on their way when a drain begins. */
    private static final long LAST_REQUESTS_NANOS = 1_000_000_000L;

    /** Bytes not taken by the client beyond which nothing more is read of it. */
    private static final long UNREAD_BYTES_MAX = 256 * 1024;

    private static final long DRAIN_PING = 0x736c756963650001L;

    private enum State {
        OPEN,
        /** GOAWAY was announced; requests on their way are still taken. */
        DRAINING,
        /** GOAWAY was sent; the streams under way finish. */
        LEAVING,
        /** The last bytes were written; {@link LingeringClose} has what comes. */
        LINGER,
        CLOSED
    }

    private final HttpServing serving;
    private final SocketChannel channel;
    private final Arrival arrival;
    private final Timer timer;
    private final FrameReader reader;
    private final Http2Output output;
    private final Http2Streams streams;
    private State state = State.OPEN;
    private boolean inRead;
    private @Nullable ClientAddress client;
    private final ClientFlow flow;

    Http2ConnectionHandler(HttpServing serving, SocketChannel channel, Arrival arrival) {
        this.serving = serving;
        this.channel = channel;
        this.arrival = arrival;
        this.timer = serving.loop().newTimer(this::expired);
        this.flow = serving.newFlow(this);
        Http2Limits limits = serving.spec().http2Limits();
        FloodGuard guard = new FloodGuard(limits, serving.loop().nowNanos());
        PeerSettings peer = new PeerSettings(false);
        this.reader = FrameReader.ofClient(limits, guard);
        this.output = new Http2Output(serving, channel, flow, peer, guard, this::flush);
        this.streams = new Http2Streams(serving, this, output, peer, guard);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        // Whoever ends its side reads no more either.
        channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, false);
        ShortLivedReads.of(channel);
        flow.enter();
        timer.arm(serving.spec().timeouts().requestHeadNanos());
        announce();
        if (serving.draining()) {
            drain();
        }
        output.flushSoon();
    }

    private void announce() {
        Http2Limits limits = serving.spec().http2Limits();
        growth().announced();
        ByteBuf out = output.frames(128);
        FrameWriter.settings(out, 6);
        FrameWriter.setting(out, PeerSettings.MAX_CONCURRENT_STREAMS, limits.streamsMax());
        FrameWriter.setting(out, PeerSettings.INITIAL_WINDOW_SIZE, limits.streamWindowBytes());
        FrameWriter.setting(out, PeerSettings.MAX_FRAME_SIZE, limits.frameBytesMax());
        FrameWriter.setting(
                out, PeerSettings.MAX_HEADER_LIST_SIZE, serving.spec().headLimits().headBytesMax());
        FrameWriter.setting(out, PeerSettings.ENABLE_CONNECT_PROTOCOL, 1);
        FrameWriter.setting(out, PeerSettings.NO_RFC7540_PRIORITIES, 1);
        int more = limits.connectionWindowBytes() - PeerSettings.WINDOW_AT_FIRST;
        if (more > 0) {
            output.windowUpdate(0, more);
        }
    }

    // ---- bytes come

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        serving.meter().bytesIn += bytes.readableBytes();
        flow.received(bytes.readableBytes());
        if (state == State.LINGER || state == State.CLOSED) {
            ctx.fireChannelRead(bytes);
        } else {
            take(bytes);
        }
        if (flow.readPaused()) {
            // Before the next read of this event.
            readOrNot();
        }
    }

    /** Takes what came before it was known to be HTTP/2, which the listener has counted. */
    void takeOver(ByteBuf bytes) {
        flow.received(bytes.readableBytes());
        take(bytes);
    }

    private void take(ByteBuf bytes) {
        inRead = true;
        Loop loop = serving.loop();
        loop.beginRead();
        int error;
        try {
            error = reader.read(bytes, streams, loop.nowNanos());
        } finally {
            loop.endRead();
            bytes.release();
        }
        if (error != ErrorCode.NONE) {
            fail(error);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        inRead = false;
        streams.flushUpstreams();
        if (output.pending()) {
            // With what the other events of this turn bring.
            output.flushSoon();
        } else {
            streams.giveBack();
        }
        readOrNot();
    }

    private void flush() {
        output.flushNow();
        streams.giveBack();
    }

    // A client that asks and does not read would have the answers pile up here.
    private void readOrNot() {
        if (state == State.LINGER) {
            return;
        }
        ChannelOutboundBuffer unread = channel.unsafe().outboundBuffer();
        boolean on =
                !flow.readPaused()
                        && (unread == null || unread.totalPendingWriteBytes() <= UNREAD_BYTES_MAX);
        if (channel.config().isAutoRead() != on) {
            channel.config().setAutoRead(on);
        }
    }

    @Override
    public void readOn() {
        readOrNot();
    }

    /** Whether it is for a limit of the listener that nothing is read for now. */
    boolean readPaused() {
        return flow.readPaused();
    }

    /** Whether it is for a limit of the listener that the client gets nothing for now. */
    boolean writePaused() {
        return flow.writePaused();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (channel.isWritable()) {
            // Maybe within a write of a stream: none may be given back here.
            output.flushNow();
            readOrNot();
        }
    }

    // ---- streams come and go

    /** A stream has begun. */
    void busy() {
        flow.request();
        if (state == State.OPEN) {
            timer.disarm();
        }
    }

    /** The last stream is over. */
    void idle() {
        if (state == State.OPEN) {
            timer.arm(serving.spec().timeouts().idleNanos());
        } else if (state == State.LEAVING) {
            output.flushSoon();
            serving.loop().execute(this::closeIfIdle);
        }
    }

    private void closeIfIdle() {
        if (state == State.LEAVING && streams.isEmpty()) {
            closeAfterWrite();
        }
    }

    void finished(Http2Downstream stream) {
        streams.finished(stream);
    }

    void aborted(Http2Downstream stream, int errorCode) {
        streams.aborted(stream, errorCode);
        output.flushSoon();
    }

    void passed(int bytes) {
        streams.passed(bytes);
    }

    WindowGrowth growth() {
        return streams.growth();
    }

    Http2Output output() {
        return output;
    }

    @Override
    public SocketChannel channel() {
        return channel;
    }

    boolean inRead() {
        return inRead;
    }

    @Override
    public ClientAddress client() {
        ClientAddress known = client;
        if (known == null) {
            known =
                    new ClientAddress(
                            arrival.clientOr(channel.remoteAddress()), arrival.secure(), true);
            client = known;
        }
        return known;
    }

    // ---- the end

    @Override
    public void drain() {
        if (state != State.OPEN) {
            return;
        }
        state = State.DRAINING;
        goAway(Integer.MAX_VALUE, ErrorCode.NO_ERROR);
        FrameWriter.ping(output.frames(FrameWriter.HEAD_BYTES + Long.BYTES), DRAIN_PING);
        output.flushSoon();
        timer.arm(LAST_REQUESTS_NANOS);
    }

    @Override
    public void undrain() {
        // GOAWAY cannot be taken back (RFC 9113 section 6.8).
    }

    /** The client has seen whatever was sent before the PING. */
    void pingAcknowledged() {
        if (state == State.DRAINING) {
            leave();
        }
    }

    /** The client sends no more requests. */
    void leaving() {
        if (state == State.OPEN || state == State.DRAINING) {
            leave();
        }
    }

    private void leave() {
        state = State.LEAVING;
        timer.disarm();
        streams.takeNoMore();
        goAway(streams.lastId(), ErrorCode.NO_ERROR);
        output.flushSoon();
        if (streams.isEmpty()) {
            idle();
        }
    }

    private void goAway(int lastId, int errorCode) {
        FrameWriter.goAway(output.frames(FrameWriter.HEAD_BYTES + 8), lastId, errorCode);
    }

    /** The client broke the rules: nothing more is taken of it. */
    void fail(int errorCode) {
        if (state == State.LINGER || state == State.CLOSED) {
            return;
        }
        reader.stop();
        goAway(streams.lastId(), errorCode);
        closeAfterWrite();
        streams.cancelAll(Failure.DOWNSTREAM_CLOSED);
    }

    private void closeAfterWrite() {
        state = State.LINGER;
        output.flushNow();
        timer.disarm();
        LingeringClose.start(serving.loop(), channel);
    }

    private void expired() {
        switch (state) {
            case OPEN, DRAINING -> leave();
            case LEAVING, LINGER, CLOSED -> {}
        }
    }

    @Override
    public void cut(Failure why) {
        streams.cancelAll(why);
        goAway(streams.lastId(), ErrorCode.NO_ERROR);
        flush();
        close();
    }

    @Override
    public String protocol() {
        return "http2";
    }

    @Override
    public void forEachStream(Consumer<HttpStream> action) {
        streams.forEach(action);
    }

    @Override
    public void end(HttpStream stream, Failure why) {
        stream.refuse(why);
        output.flushSoon();
    }

    private void close() {
        // What there is to know about it comes by channelInactive.
        var _ = channel.close();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event == PeerReset.INSTANCE) {
            close();
        } else {
            ctx.fireUserEventTriggered(event);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        state = State.CLOSED;
        timer.cancel();
        streams.cancelAll(Failure.DOWNSTREAM_CLOSED);
        streams.flushUpstreams();
        streams.giveBack();
        output.release();
        flow.leave();
        ctx.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (!(cause instanceof IOException)) {
            log.error("event=connection-failed listener={}", serving.listener(), cause);
            streams.cancelAll(Failure.INTERNAL);
        }
        close();
    }
}
