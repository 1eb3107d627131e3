package io.sluice.dataplane.cluster.pool;

import io.sluice.dataplane.cluster.endpoint.UpstreamProtocol;
import io.sluice.dataplane.net.ProxySending;
import io.sluice.dataplane.net.UpstreamSocketSpec;
import io.sluice.dataplane.tls.ClientTls;

import org.jspecify.annotations.Nullable;

/**
 * Bounds of a pool.
 *
 * @param connectTimeoutMillis until a connection is there, and then until TLS is agreed on
 * @param idle how it deals with those that nobody uses
 * @param tls how endpoints are spoken to; null for in the clear
 * @param protocol what HTTP requests are sent in
 * @param proxy what each connection begins with, before TLS
 * @param sockets how connections are made
 */
public record PoolOptions(
        int connectTimeoutMillis,
        IdleOptions idle,
        @Nullable ClientTls tls,
        UpstreamProtocol protocol,
        ProxySending proxy,
        UpstreamSocketSpec sockets) {
    /** Connections of HTTP/2, per loop and endpoint. */
    public static final int SHARED_CONNECTIONS_MAX = 64;

    /** How long one is kept without streams; it says goodbye, so that no request is lost. */
    public static final long SHARED_IDLE_TIMEOUT_NANOS = 60_000_000_000L;

    /** Those of connections in the clear, of HTTP/1.1, without PROXY header. */
    public PoolOptions(int connectTimeoutMillis, IdleOptions idle) {
        this(
                connectTimeoutMillis,
                idle,
                null,
                UpstreamProtocol.HTTP1,
                ProxySending.NONE,
                UpstreamSocketSpec.USUAL);
    }
}
