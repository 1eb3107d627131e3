package io.sluice.dataplane.l7.stream;

import io.netty.channel.socket.SocketChannel;
import io.sluice.dataplane.l7.route.RouteTable;
import io.sluice.dataplane.net.Loop;
import io.sluice.dataplane.telemetry.AccessLog;
import io.sluice.dataplane.telemetry.LoopMeters;

/**
 * What an HTTP listener is on one event loop: its options and routes, meters, and the connections
 * it serves. Every method is called on the loop.
 */
public final class HttpServing {
    private final Loop loop;
    private final String listener;

    public HttpServing(
            Loop loop,
            String listener,
            HttpSpec spec,
            RouteTable routes,
            LoopMeters meters,
            AccessLog accessLog) {
        this.loop = loop;
        this.listener = listener;
    }

    /**
     * Takes a connection just accepted: puts its handler into the pipeline. The caller has counted
     * it and releases its limits when the channel closes.
     */
    public void accepted(SocketChannel channel) {
        throw new UnsupportedOperationException("lands next" + loop + listener + channel);
    }

    /** What holds from the next request on, also of open connections. */
    public void apply(HttpSpec spec, RouteTable routes) {
        throw new UnsupportedOperationException("lands next");
    }

    /**
     * The listener or node drains: idle connections close, replies carry {@code Connection: close},
     * requests in flight finish, tunnels run on.
     */
    public void drain() {
        throw new UnsupportedOperationException("lands next");
    }

    /** Serves as before {@link #drain}. */
    public void undrain() {
        throw new UnsupportedOperationException("lands next");
    }

    /** Closes every connection now, tunnels included. */
    public void cut() {
        throw new UnsupportedOperationException("lands next");
    }

    /** Connections open now, tunnels included. */
    public int connections() {
        return 0;
    }
}
