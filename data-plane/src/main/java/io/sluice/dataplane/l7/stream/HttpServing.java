package io.sluice.dataplane.l7.stream;

import io.netty.channel.socket.SocketChannel;
import io.sluice.dataplane.l7.codec.RequestParser;
import io.sluice.dataplane.l7.codec.ResponseParser;
import io.sluice.dataplane.l7.message.ResponseHead;
import io.sluice.dataplane.l7.route.RouteTable;
import io.sluice.dataplane.net.Arrival;
import io.sluice.dataplane.net.Loop;
import io.sluice.dataplane.telemetry.AccessLog;
import io.sluice.dataplane.telemetry.ListenerMeter;
import io.sluice.dataplane.telemetry.LoopMeters;

import org.jspecify.annotations.Nullable;

import java.time.InstantSource;

/**
 * What an HTTP listener is on one event loop: its options and routes, meters, and the connections
 * it serves. Every method is called on the loop.
 */
public final class HttpServing {
    private final Loop loop;
    private final String listener;
    private final AccessLog accessLog;
    private final InstantSource clock;
    private final ListenerMeter meter;
    private final StreamMeters meters;
    private final RequestParser requestParser = new RequestParser();
    private final ResponseParser responseParser = new ResponseParser();
    private final ResponseHead localHead = new ResponseHead();
    private HttpSpec spec;
    private RouteTable routes;
    private boolean draining;
    private @Nullable Http1ConnectionHandler newest;
    private int connections;

    public HttpServing(
            Loop loop,
            String listener,
            HttpSpec spec,
            RouteTable routes,
            LoopMeters meters,
            AccessLog accessLog) {
        this.loop = loop;
        this.listener = listener;
        this.spec = spec;
        this.routes = routes;
        this.accessLog = accessLog;
        this.clock = InstantSource.system();
        this.meter = meters.listener(listener);
        this.meters = new StreamMeters(meters);
    }

    /**
     * Takes a connection just accepted: puts its handler into the pipeline. The caller has counted
     * it and releases its limits when the channel closes.
     */
    public void accepted(SocketChannel channel, Arrival arrival) {
        channel.pipeline().addLast(new Http1ConnectionHandler(this, channel, arrival));
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
        Http1ConnectionHandler connection = newest;
        while (connection != null) {
            Http1ConnectionHandler next = connection.older;
            connection.drain();
            connection = next;
        }
    }

    /** Serves as before {@link #drain}. */
    public void undrain() {
        assert loop.inEventLoop();
        draining = false;
    }

    /** Closes every connection now, tunnels included. */
    public void cut() {
        assert loop.inEventLoop();
        Http1ConnectionHandler connection = newest;
        while (connection != null) {
            Http1ConnectionHandler next = connection.older;
            connection.cut();
            connection = next;
        }
    }

    /** Connections open now, tunnels included. */
    public int connections() {
        return connections;
    }

    void opened(Http1ConnectionHandler connection) {
        connections++;
        connection.older = newest;
        if (newest != null) {
            newest.newer = connection;
        }
        newest = connection;
    }

    void closed(Http1ConnectionHandler connection) {
        connections--;
        Http1ConnectionHandler newer = connection.newer;
        Http1ConnectionHandler older = connection.older;
        if (newer == null) {
            newest = older;
        } else {
            newer.older = older;
        }
        if (older != null) {
            older.newer = newer;
        }
        connection.newer = null;
        connection.older = null;
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

    /** A head for replies of the node's own, good until the loop's next event. */
    ResponseHead localHead() {
        return localHead;
    }
}
