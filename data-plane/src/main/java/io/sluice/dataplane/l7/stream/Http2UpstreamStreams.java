package io.sluice.dataplane.l7.stream;

import io.netty.buffer.ByteBuf;
import io.netty.util.collection.IntObjectHashMap;
import io.netty.util.collection.IntObjectMap;
import io.sluice.dataplane.l7.codec.HeadLimits;
import io.sluice.dataplane.l7.codec.http2.ErrorCode;
import io.sluice.dataplane.l7.codec.http2.FrameHandler;
import io.sluice.dataplane.l7.codec.http2.FrameWriter;
import io.sluice.dataplane.l7.codec.http2.HpackDecoder;
import io.sluice.dataplane.l7.codec.http2.Http2HeadDecoder;
import io.sluice.dataplane.l7.codec.http2.Http2HeadDecoder.Outcome;
import io.sluice.dataplane.l7.codec.http2.Http2Limits;
import io.sluice.dataplane.l7.codec.http2.PeerSettings;
import io.sluice.dataplane.l7.codec.http2.ReceiveWindow;
import io.sluice.dataplane.l7.codec.http2.WindowGrowth;
import io.sluice.dataplane.l7.message.RequestHead;
import io.sluice.dataplane.net.Failure;
import io.sluice.dataplane.net.Loop;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * The streams of an HTTP/2 connection to an upstream: gives each frame that comes to its exchange.
 * Of its loop's thread.
 */
final class Http2UpstreamStreams implements FrameHandler {
    /** Room for edits behind a head in the scratch; more makes a larger array. */
    private static final int EDIT_BYTES = 4096;

    private final Loop loop;
    private final Http2Upstream connection;
    private final PeerSettings peer;
    private final ReadPace pace;
    private final HpackDecoder hpack = new HpackDecoder();
    private final Http2HeadDecoder heads = new Http2HeadDecoder();
    private final ReceiveWindow window =
            new ReceiveWindow(Http2Limits.UPSTREAM.connectionWindowBytes());
    private final WindowGrowth growth;
    private final IntObjectMap<Http2Exchange> streams = new IntObjectHashMap<>();
    private final List<Http2Exchange> touched = new ArrayList<>();
    private final List<Http2Exchange> resumed = new ArrayList<>();
    private @Nullable Http2UpstreamOutput output;
    private @Nullable Http2Exchange held;
    private int nextId = 1;

    Http2UpstreamStreams(Loop loop, Http2Upstream connection, PeerSettings peer, ReadPace pace) {
        this.loop = loop;
        this.connection = connection;
        this.peer = peer;
        this.pace = pace;
        this.growth = new WindowGrowth(Http2Limits.UPSTREAM.growthBytes(), loop::preciseNanos);
    }

    /** The connection is there. */
    void start(Http2UpstreamOutput to) {
        output = to;
    }

    private Http2UpstreamOutput output() {
        return Objects.requireNonNull(output);
    }

    // ---- streams come and go

    /** Whether another stream has a number left. */
    boolean takesMore() {
        return nextId > 0;
    }

    int size() {
        return streams.size();
    }

    /** Begins a stream; returns the bytes of its head on the wire. */
    int begin(Http2Exchange exchange, RequestHead head, boolean last) {
        int id = nextId;
        nextId += 2;
        streams.put(id, exchange);
        pace.begun(id);
        exchange.opened(id, peer.initialWindow(), Http2Limits.UPSTREAM.streamWindowBytes());
        return output().head(id, head, last);
    }

    /** What the windows of the streams may grow by. */
    WindowGrowth growth() {
        return growth;
    }

    boolean has(Http2Exchange exchange) {
        return streams.get(exchange.id()) == exchange;
    }

    /** An exchange is over. */
    void remove(Http2Exchange exchange) {
        streams.remove(exchange.id());
        pace.ended(exchange.id());
        growth.end(exchange.receiveWindow());
        if (held == exchange) {
            held = null;
        }
        // It may be of use to another connection before the read under way is over.
        exchange.touched = false;
    }

    /** The connection is gone: nothing is touched any more. */
    void release() {
        touched.forEach(exchange -> exchange.touched = false);
        touched.clear();
        held = null;
    }

    void failAll(Failure failure) {
        for (Http2Exchange exchange : streams.values().toArray(new Http2Exchange[0])) {
            exchange.failed(failure);
        }
    }

    // ---- bytes come

    /** The read event is over: what was passed on leaves. */
    void readComplete() {
        for (int i = 0; i < touched.size(); i++) {
            Http2Exchange exchange = touched.get(i);
            // One that is over has flushed by itself.
            if (exchange.touched) {
                exchange.touched = false;
                exchange.readComplete();
            }
        }
        touched.clear();
    }

    private void touch(Http2Exchange exchange) {
        if (!exchange.touched) {
            exchange.touched = true;
            touched.add(exchange);
        }
        exchange.progress();
    }

    /** Passes a head on, which waits for the first piece of its body as long as it may follow. */
    void deliverHeld() {
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
            connection.violated(ErrorCode.COMPRESSION_ERROR);
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
        pace.responded(id);
        exchange.head(outcome, heads.response(), endStream);
        if (exchange.headHeld()) {
            held = exchange;
        }
    }

    // It was reset, and the upstream does not know yet; or it never was.
    private void unknown(int id) {
        if ((id & 1) == 0 || id >= nextId) {
            connection.violated(ErrorCode.PROTOCOL_ERROR);
        }
    }

    @Override
    public void data(int id, ByteBuf in, int bytes, int flowBytes, boolean endStream) {
        if (!window.receive(flowBytes)) {
            connection.violated(ErrorCode.FLOW_CONTROL_ERROR);
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
        exchange.failed(refused ? Failure.UPSTREAM_REFUSED : resetBy(errorCode));
    }

    private static Failure resetBy(int errorCode) {
        return switch (errorCode) {
            case ErrorCode.CANCEL -> Failure.UPSTREAM_CANCELLED;
            case ErrorCode.ENHANCE_YOUR_CALM -> Failure.UPSTREAM_OVERLOADED;
            default -> Failure.UPSTREAM_RESET;
        };
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
            connection.violated(error);
            return;
        }
        output().peerChanged();
        int windowNow = peer.initialWindow();
        for (Http2Exchange exchange : streams.values()) {
            if (!exchange.sendWindow().adjust(windowBefore, windowNow)) {
                connection.violated(ErrorCode.FLOW_CONTROL_ERROR);
                return;
            }
        }
        FrameWriter.settingsAcknowledgement(output().frames(FrameWriter.HEAD_BYTES));
        connection.settingsSeen();
        if (windowNow > windowBefore) {
            resumeAll();
        }
    }

    @Override
    public void settingsAcknowledged() {
        // What was announced held from the start; but it says how long a round trip is.
        growth.acknowledged();
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
        connection.takesNoMore();
        // RFC 9113 section 6.8: what is above was not looked at.
        for (Http2Exchange exchange : streams.values().toArray(new Http2Exchange[0])) {
            if (exchange.id() > lastStreamId) {
                touch(exchange);
                exchange.failed(Failure.UPSTREAM_REFUSED);
            }
        }
        connection.closeIfUnused();
    }

    @Override
    public void windowUpdate(int id, int increment) {
        deliverHeld();
        if (id == 0) {
            if (output().window().grow(increment)) {
                resumeAll();
            } else {
                connection.violated(ErrorCode.FLOW_CONTROL_ERROR);
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

    /** Lets each that waits send in turn, as long as there is room. */
    void resumeAll() {
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
        if (any) {
            output().flushSoon();
        }
    }
}
