package io.sluice.dataplane.l7.stream;

import io.netty.buffer.ByteBufAllocator;
import io.sluice.dataplane.cluster.Cluster;
import io.sluice.dataplane.cluster.endpoint.Endpoint;
import io.sluice.dataplane.cluster.endpoint.UpstreamProtocol;
import io.sluice.dataplane.cluster.pool.ConnectionPool;

import org.jspecify.annotations.Nullable;

/** The exchanges of one stream, one for each version of HTTP that it meets. */
final class Exchanges {
    private final HttpServing serving;
    private final ExchangeUser user;
    private final ByteBufAllocator allocator;
    private Http1Exchange http1;
    private @Nullable Http2Exchange http2;
    private UpstreamExchange current;

    Exchanges(HttpServing serving, ExchangeUser user, ByteBufAllocator allocator) {
        this.serving = serving;
        this.user = user;
        this.allocator = allocator;
        this.http1 = new Http1Exchange(serving, user, allocator);
        this.current = http1;
    }

    /**
     * The one for the next attempt, which is with that endpoint.
     *
     * @param webSocket whether the request asks for one
     * @param bytesOnly whether the head is there as it was sent over HTTP/1.1 only
     */
    UpstreamExchange to(Cluster cluster, Endpoint endpoint, boolean webSocket, boolean bytesOnly) {
        UpstreamProtocol protocol = cluster.protocol(serving.loop());
        boolean onlyHttp1 = false;
        if (protocol == UpstreamProtocol.AUTO) {
            ConnectionPool pool = cluster.pool(serving.loop(), endpoint);
            onlyHttp1 = bytesOnly || (webSocket && !pool.shared().takesWebSockets());
            protocol = onlyHttp1 ? UpstreamProtocol.HTTP1 : pool.spoken();
        }
        http1.onlyHttp1(onlyHttp1);
        current =
                switch (protocol) {
                    case HTTP1 -> http1;
                    // Nobody knows yet: who came by HTTP/2 can share the first connection.
                    case H2, AUTO -> http2();
                };
        return current;
    }

    private Http2Exchange http2() {
        Http2Exchange known = http2;
        if (known == null) {
            known = new Http2Exchange(serving, user, allocator);
            http2 = known;
        }
        return known;
    }

    /** The one of the last attempt. */
    UpstreamExchange current() {
        return current;
    }

    /** Gives up the attempt under way, if one is. */
    void abort() {
        if (!current.abort()) {
            http1 = new Http1Exchange(serving, user, allocator);
            current = http1;
        }
    }
}
