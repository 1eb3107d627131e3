package io.sluice.dataplane.l7.stream;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.socket.SocketChannel;
import io.sluice.dataplane.l7.codec.RequestParser;
import io.sluice.dataplane.l7.codec.ResponseParser;
import io.sluice.dataplane.l7.codec.http2.BlockBuffer;
import io.sluice.dataplane.l7.codec.http2.Http2HeadDecoder;
import io.sluice.dataplane.l7.message.ResponseHead;
import io.sluice.dataplane.l7.route.RouteTable;
import io.sluice.dataplane.net.Arrival;
import io.sluice.dataplane.net.Bandwidth;
import io.sluice.dataplane.net.Failure;
import io.sluice.dataplane.net.Loop;
import io.sluice.dataplane.telemetry.AccessLog;
import io.sluice.dataplane.telemetry.FlowScan;
import io.sluice.dataplane.telemetry.ListenerMeter;
import io.sluice.dataplane.telemetry.LoopMeters;

import org.jspecify.annotations.Nullable;

import java.time.InstantSource;

/**
 * What an HTTP listener is on one event loop: its options and routes, meters, and the connections
 * it serves. Every method is called on the loop.
 */
public final class HttpServing {
    private static final String ALPN_HTTP2 = "h2";

    /** Streams of HTTP/2 kept for the next ones. */
    private static final int SPARE_STREAMS_MAX = 1024;

    private final Loop loop;
    private final String listener;
    private final AccessLog accessLog;
    private final InstantSource clock;
    private final DateValue date;
    private final Bandwidth.OnLoop bandwidth;
    private final ListenerMeter meter;
    private final StreamMeters meters;
    private final RequestParser requestParser = new RequestParser();
    private final ResponseParser responseParser = new ResponseParser();
    private final ResponseHead localHead = new ResponseHead();
    private HttpSpec spec;
    private RouteTable routes;
    private boolean draining;
    private final ClientConnections open = new ClientConnections();
    private final Http2HeadDecoder headDecoder = new Http2HeadDecoder();
    private final BlockBuffer blockBuffer = new BlockBuffer();
    private final KeptHeads keptHeads = new KeptHeads();
    private @Nullable Http2Downstream spareStreams;
    private int spareStreamCount;

    public HttpServing(
            Loop loop,
            String listener,
            HttpSpec spec,
            RouteTable routes,
            Bandwidth.OnLoop bandwidth,
            LoopMeters meters,
            AccessLog accessLog) {
        this.loop = loop;
        this.listener = listener;
        this.spec = spec;
        this.routes = routes;
        this.bandwidth = bandwidth;
        this.accessLog = accessLog;
        this.clock = InstantSource.system();
        this.date = new DateValue(clock);
        this.meter = meters.listener(listener);
        this.meters = new StreamMeters(meters);
    }

    /**
     * Takes a connection just accepted: puts its handler into the pipeline. The caller has counted
     * it and releases its limits when the channel closes.
     */
    public void accepted(SocketChannel channel, Arrival arrival) {
        boolean http2 = arrival.protocol().equals(ALPN_HTTP2);
        channel.pipeline()
                .addLast(
                        http2
                                ? new Http2ConnectionHandler(this, channel, arrival)
                                : new Http1ConnectionHandler(this, channel, arrival));
    }

    /** What holds from the next request on, also of open connections. */
    public void apply(HttpSpec spec, RouteTable routes) {
        assert loop.inEventLoop();
        meters.forget();
        this.spec = spec;
        this.routes = routes;
    }

    /**
     * The listener or node drains: replies carry {@code Connection: close}, requests in flight
     * finish, tunnels run on. Idle connections close a second later, since the next request of a
     * busy one may be on its way.
     */
    public void drain() {
        assert loop.inEventLoop();
        draining = true;
        open.forEach(ClientFlow::drain);
    }

    /** Serves as before {@link #drain}. */
    public void undrain() {
        assert loop.inEventLoop();
        draining = false;
        open.forEach(ClientFlow::undrain);
    }

    /** Closes every connection now, tunnels included. */
    public void cut() {
        assert loop.inEventLoop();
        open.forEach(connection -> connection.cut(Failure.DRAINING));
    }

    /** Shows every connection. */
    public void visit(FlowScan scan) {
        open.forEach(scan::see);
    }

    /** Connections open now, tunnels included. */
    public int connections() {
        return open.size();
    }

    /** The place of a connection that is about to enter. */
    ClientFlow newFlow(ClientConnection connection) {
        return new ClientFlow(open, connection, listener, loop, bandwidth.newShaping());
    }

    /** A stream for a connection of HTTP/2; to be given back when it is over. */
    Http2Downstream takeStream(ByteBufAllocator allocator) {
        Http2Downstream stream = spareStreams;
        if (stream == null) {
            return new Http2Downstream(this, allocator);
        }
        spareStreams = stream.next;
        stream.next = null;
        spareStreamCount--;
        return stream;
    }

    void giveBack(Http2Downstream stream) {
        if (spareStreamCount == SPARE_STREAMS_MAX) {
            stream.close();
            return;
        }
        stream.next = spareStreams;
        spareStreams = stream;
        spareStreamCount++;
    }

    Loop loop() {
        return loop;
    }

    String listener() {
        return listener;
    }

    HttpSpec spec() {
        return spec;
    }

    RouteTable routes() {
        return routes;
    }

    boolean draining() {
        return draining;
    }

    AccessLog accessLog() {
        return accessLog;
    }

    InstantSource clock() {
        return clock;
    }

    /** The value of Date now; not to be changed. */
    byte[] date() {
        return date.now();
    }

    ListenerMeter meter() {
        return meter;
    }

    StreamMeters meters() {
        return meters;
    }

    RequestParser requestParser() {
        return requestParser;
    }

    ResponseParser responseParser() {
        return responseParser;
    }

    Http2HeadDecoder headDecoder() {
        return headDecoder;
    }

    /** Where field blocks are built. */
    BlockBuffer blockBuffer() {
        return blockBuffer;
    }

    /** Heads that outlive their event. */
    KeptHeads keptHeads() {
        return keptHeads;
    }

    /** A head for replies of the node's own, good until the loop's next event. */
    ResponseHead localHead() {
        return localHead;
    }
}
