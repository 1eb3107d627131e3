package io.sluice.dataplane.l7.stream;

import io.netty.buffer.ByteBuf;
import io.netty.util.collection.IntObjectHashMap;
import io.netty.util.collection.IntObjectMap;
import io.sluice.dataplane.l7.codec.HeadLimits;
import io.sluice.dataplane.l7.codec.Trailers;
import io.sluice.dataplane.l7.codec.http2.ErrorCode;
import io.sluice.dataplane.l7.codec.http2.FloodGuard;
import io.sluice.dataplane.l7.codec.http2.FrameHandler;
import io.sluice.dataplane.l7.codec.http2.FrameWriter;
import io.sluice.dataplane.l7.codec.http2.HpackDecoder;
import io.sluice.dataplane.l7.codec.http2.Http2HeadDecoder;
import io.sluice.dataplane.l7.codec.http2.Http2Limits;
import io.sluice.dataplane.l7.codec.http2.PeerSettings;
import io.sluice.dataplane.l7.codec.http2.Priority;
import io.sluice.dataplane.l7.codec.http2.ReceiveWindow;
import io.sluice.dataplane.l7.codec.http2.WindowGrowth;
import io.sluice.dataplane.net.Failure;

import org.jspecify.annotations.Nullable;

import java.util.function.Consumer;

/**
 * The streams of a client's HTTP/2 connection: gives each frame to its stream, if the state of the
 * two allows it (RFC 9113 section 5.1).
 */
final class Http2Streams implements FrameHandler {
    /** Room for edits behind a head in the scratch; more makes a larger array. */
    private static final int EDIT_BYTES = 4096;

    private final HttpServing serving;
    private final Http2ConnectionHandler connection;
    private final Http2Output output;
    private final PeerSettings peer;
    private final FloodGuard guard;
    private final Http2Limits limits;
    private final HpackDecoder hpack = new HpackDecoder();
    private final ReceiveWindow window;
    private final WindowGrowth growth;
    private final IntObjectMap<Http2Downstream> streams = new IntObjectHashMap<>();
    private final ClosedStreams closed = new ClosedStreams();
    private final EarlyPriorities early = new EarlyPriorities();
    private int lastId;
    private int lastTaken = Integer.MAX_VALUE;

    // Those that the read under way touched, and those that are over; linked by next.
    private @Nullable Http2Downstream touched;
    private @Nullable Http2Downstream left;

    Http2Streams(
            HttpServing serving,
            Http2ConnectionHandler connection,
            Http2Output output,
            PeerSettings peer,
            FloodGuard guard) {
        this.serving = serving;
        this.connection = connection;
        this.output = output;
        this.peer = peer;
        this.guard = guard;
        this.limits = serving.spec().http2Limits();
        this.window = new ReceiveWindow(limits.connectionWindowBytes());
        this.growth = new WindowGrowth(limits.growthBytes(), serving.loop()::preciseNanos);
    }

    boolean isEmpty() {
        return streams.isEmpty();
    }

    /** The newest stream that was taken. */
    int lastId() {
        return lastId;
    }

    /** Takes no streams beyond {@link #lastId}. */
    void takeNoMore() {
        lastTaken = lastId;
    }

    // ---- heads

    @Override
    public void headers(int id, byte[] block, int from, int to, boolean endStream) {
        Http2Downstream stream = streams.get(id);
        if (stream != null) {
            trailers(stream, block, from, to, endStream);
            return;
        }
        if (id <= lastId) {
            late(id, block, from, to);
            return;
        }
        if ((id & 1) == 0) {
            connection.fail(ErrorCode.PROTOCOL_ERROR);
            return;
        }
        if (id > lastTaken) {
            // The client does not know yet, and will send it elsewhere.
            decodeTrailers(block, from, to);
            return;
        }
        lastId = id;
        if (streams.size() >= limits.streamsMax()) {
            decodeTrailers(block, from, to);
            refuse(id, ErrorCode.REFUSED_STREAM);
            return;
        }
        request(id, block, from, to, endStream);
    }

    private void request(int id, byte[] block, int from, int to, boolean endStream) {
        Http2HeadDecoder heads = serving.headDecoder();
        HeadLimits headLimits = serving.spec().headLimits();
        byte[] scratch = serving.loop().headScratch(headLimits.headBytesMax() + EDIT_BYTES);
        Http2HeadDecoder.Outcome outcome =
                heads.request(hpack, block, from, to, endStream, scratch, headLimits);
        if (outcome == Http2HeadDecoder.Outcome.COMPRESSION_ERROR) {
            connection.fail(ErrorCode.COMPRESSION_ERROR);
            return;
        }
        Http2Downstream stream = serving.takeStream(connection.channel().alloc());
        streams.put(id, stream);
        stream.open(connection, id, peer.initialWindow(), limits.streamWindowBytes());
        stream.saidBefore(early.take(id));
        touch(stream);
        connection.busy();
        switch (outcome) {
            case COMPLETE -> stream.begin(heads.request(), heads.plainPath(), to - from, endStream);
            case TOO_LARGE -> stream.refuse(heads.failure(), endStream);
            case MALFORMED -> malformed(stream, heads.failure(), endStream);
            case COMPRESSION_ERROR -> throw new AssertionError(outcome);
        }
    }

    // What breaks the rules of HTTP/2 is reset, what is bad in any version gets its reply.
    private void malformed(Http2Downstream stream, Failure failure, boolean endStream) {
        if (failure == Failure.METHOD_REFUSED || failure == Failure.BAD_HOST) {
            stream.refuse(failure, endStream);
            return;
        }
        stream.malformed(failure);
        misbehaved();
    }

    private void refuse(int id, int errorCode) {
        output.reset(id, errorCode);
        closed.reset(id);
        misbehaved();
    }

    private void misbehaved() {
        if (guard.streamReset(serving.loop().nowNanos()) != ErrorCode.NONE) {
            connection.fail(ErrorCode.ENHANCE_YOUR_CALM);
        }
    }

    private void trailers(
            Http2Downstream stream, byte[] block, int from, int to, boolean endStream) {
        Http2HeadDecoder.Outcome outcome = decodeTrailers(block, from, to);
        if (outcome == Http2HeadDecoder.Outcome.COMPRESSION_ERROR) {
            return;
        }
        touch(stream);
        boolean good =
                endStream
                        && outcome == Http2HeadDecoder.Outcome.COMPLETE
                        && Trailers.allowed(serving.headDecoder().trailers());
        int error =
                stream.remoteEnded()
                        ? ErrorCode.STREAM_CLOSED
                        : good
                                ? stream.trailers(serving.headDecoder().trailers())
                                : ErrorCode.PROTOCOL_ERROR;
        if (error != ErrorCode.NONE) {
            stream.reset(error);
            misbehaved();
        }
    }

    // Whatever becomes of it, a block has to pass the decoder.
    private Http2HeadDecoder.Outcome decodeTrailers(byte[] block, int from, int to) {
        HeadLimits headLimits = serving.spec().headLimits();
        byte[] scratch = serving.loop().headScratch(headLimits.headBytesMax() + EDIT_BYTES);
        Http2HeadDecoder.Outcome outcome =
                serving.headDecoder().trailers(hpack, block, from, to, scratch, headLimits);
        if (outcome == Http2HeadDecoder.Outcome.COMPRESSION_ERROR) {
            connection.fail(ErrorCode.COMPRESSION_ERROR);
        }
        return outcome;
    }

    private void late(int id, byte[] block, int from, int to) {
        if (decodeTrailers(block, from, to) == Http2HeadDecoder.Outcome.COMPRESSION_ERROR
                || closed.wasReset(id)) {
            return;
        }
        connection.fail(closed.wasClosed(id) ? ErrorCode.STREAM_CLOSED : ErrorCode.PROTOCOL_ERROR);
    }

    // ---- bodies

    @Override
    public void data(int id, ByteBuf in, int bytes, int flowBytes, boolean endStream) {
        if (!window.receive(flowBytes)) {
            connection.fail(ErrorCode.FLOW_CONTROL_ERROR);
            return;
        }
        Http2Downstream stream = streams.get(id);
        if (stream == null) {
            passed(flowBytes);
            lateData(id);
            return;
        }
        touch(stream);
        int error = stream.data(in, bytes, flowBytes, endStream);
        if (error != ErrorCode.NONE) {
            stream.reset(error);
            misbehaved();
        }
    }

    private void lateData(int id) {
        if (id > lastId) {
            if (id <= lastTaken) {
                connection.fail(ErrorCode.PROTOCOL_ERROR);
            }
            return;
        }
        if (!closed.wasReset(id)) {
            refuse(id, ErrorCode.STREAM_CLOSED);
        }
    }

    /** What the windows of the streams may grow by. */
    WindowGrowth growth() {
        return growth;
    }

    /** Bytes of a body went on, or were dropped. */
    void passed(int bytes) {
        int increment = window.release(bytes);
        if (increment > 0) {
            output.windowUpdate(0, increment);
        }
    }

    @Override
    public void windowUpdate(int id, int increment) {
        if (id == 0) {
            if (!output.window().grow(increment)) {
                connection.fail(ErrorCode.FLOW_CONTROL_ERROR);
            }
            return;
        }
        Http2Downstream stream = streams.get(id);
        if (stream == null) {
            idleIsError(id);
            return;
        }
        if (!stream.sendWindow().grow(increment)) {
            stream.reset(ErrorCode.FLOW_CONTROL_ERROR);
            misbehaved();
            return;
        }
        output.readyIfSendable(stream);
    }

    // ---- the end of streams

    @Override
    public void reset(int id, int errorCode) {
        Http2Downstream stream = streams.get(id);
        if (stream == null) {
            idleIsError(id);
            return;
        }
        stream.cancel(Failure.DOWNSTREAM_CLOSED);
        closed.closed(id);
        remove(stream);
        misbehaved();
    }

    // A frame of a stream that has not begun (RFC 9113 section 5.1).
    private void idleIsError(int id) {
        if (id > lastId && id <= lastTaken) {
            connection.fail(ErrorCode.PROTOCOL_ERROR);
        }
    }

    @Override
    public void streamError(int id, int errorCode) {
        Http2Downstream stream = streams.get(id);
        if (stream != null) {
            stream.reset(errorCode);
        } else {
            output.reset(id, errorCode);
        }
        misbehaved();
    }

    /** The response is complete and gone. */
    void finished(Http2Downstream stream) {
        int id = stream.id();
        if (stream.remoteEnded()) {
            closed.closed(id);
        } else {
            // RFC 9113 section 8.1: the rest of the request is of no use.
            output.reset(id, ErrorCode.NO_ERROR);
            closed.reset(id);
        }
        guard.streamCompleted();
        remove(stream);
    }

    /** The stream ends here, for a reason that the client must see. */
    void aborted(Http2Downstream stream, int errorCode) {
        output.reset(stream.id(), errorCode);
        closed.reset(stream.id());
        remove(stream);
    }

    private void remove(Http2Downstream stream) {
        if (streams.remove(stream.id()) != stream) {
            // It would be used for two streams at once, or be a circle in a list.
            throw new IllegalStateException("over already");
        }
        growth.end(stream.receiveWindow());
        if (!stream.touched) {
            stream.next = left;
            left = stream;
        }
        if (streams.isEmpty()) {
            connection.idle();
        }
    }

    /** The connection is gone, or about to be. */
    void cancelAll(Failure failure) {
        Http2Downstream[] all = streams.values().toArray(new Http2Downstream[0]);
        for (Http2Downstream stream : all) {
            stream.cancel(failure);
            if (streams.containsKey(stream.id())) {
                remove(stream);
            }
        }
    }

    /** Each that is under way; it may end during its turn. */
    void forEach(Consumer<HttpStream> action) {
        for (Http2Downstream each : streams.values().toArray(new Http2Downstream[0])) {
            HttpStream stream = each.stream();
            if (stream.active()) {
                action.accept(stream);
            }
        }
    }

    // ---- those the read touched

    private void touch(Http2Downstream stream) {
        if (!stream.touched) {
            stream.touched = true;
            stream.next = touched;
            touched = stream;
        }
    }

    /** The read event is over: what was passed to upstreams leaves. */
    void flushUpstreams() {
        Http2Downstream stream = touched;
        touched = null;
        while (stream != null) {
            Http2Downstream next = stream.next;
            stream.touched = false;
            stream.next = null;
            stream.flushUpstream();
            if (streams.get(stream.id()) != stream) {
                stream.next = left;
                left = stream;
            }
            stream = next;
        }
    }

    /** Nobody is in the middle of a stream: gives back those that are over. */
    void giveBack() {
        Http2Downstream stream = left;
        left = null;
        while (stream != null) {
            Http2Downstream next = stream.next;
            stream.leave();
            serving.giveBack(stream);
            stream = next;
        }
    }

    // ---- the connection's own

    @Override
    public void settings(byte[] payload, int from, int to) {
        int windowBefore = peer.initialWindow();
        int error = peer.apply(payload, from, to);
        if (error != ErrorCode.NONE) {
            connection.fail(error);
            return;
        }
        output.hpack().peerTableBytesMax(peer.headerTableBytes());
        if (peer.initialWindow() != windowBefore) {
            for (Http2Downstream stream : streams.values()) {
                if (!stream.sendWindow().adjust(windowBefore, peer.initialWindow())) {
                    connection.fail(ErrorCode.FLOW_CONTROL_ERROR);
                    return;
                }
                output.readyIfSendable(stream);
            }
        }
        FrameWriter.settingsAcknowledgement(output.frames(FrameWriter.HEAD_BYTES));
    }

    @Override
    public void settingsAcknowledged() {
        // What was announced held from the start; but it says how long a round trip is.
        growth.acknowledged();
    }

    @Override
    public void ping(long payload) {
        FrameWriter.pingAcknowledgement(
                output.frames(FrameWriter.HEAD_BYTES + Long.BYTES), payload);
    }

    @Override
    public void pingAcknowledged(long payload) {
        connection.pingAcknowledged();
    }

    @Override
    public void goAway(int lastStreamId, int errorCode) {
        // No streams go to a client. It closes when its own are over.
        connection.leaving();
    }

    @Override
    public void priorityUpdate(int id, byte[] value, int from, int to) {
        Http2Downstream stream = streams.get(id);
        if (stream != null) {
            stream.priority(Priority.parse(value, from, to));
        } else if (id > lastId && id <= lastTaken && (id & 1) == 1) {
            early.put(id, Priority.parse(value, from, to));
        }
    }
}
