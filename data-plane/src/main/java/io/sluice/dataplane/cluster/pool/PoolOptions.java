package io.sluice.dataplane.cluster.pool;

import io.sluice.dataplane.cluster.endpoint.UpstreamProtocol;
import io.sluice.dataplane.net.ProxySending;
import io.sluice.dataplane.tls.ClientTls;

import org.jspecify.annotations.Nullable;

/**
 * Bounds of a pool.
 *
 * @param connectTimeoutMillis until a connection is there, and then until TLS is agreed on
 * @param idleMax connections kept idle, per loop and endpoint
 * @param idleTimeoutNanos after which an idle connection is closed; shorter than the keep-alive
 *     time of common servers (5 s in Node.js, Apache and uvicorn), so that it rarely closes under a
 *     request
 * @param tls how endpoints are spoken to; null for in the clear
 * @param protocol what HTTP requests are sent in
 * @param proxy what each connection begins with, before TLS
 */
public record PoolOptions(
        int connectTimeoutMillis,
        int idleMax,
        long idleTimeoutNanos,
        @Nullable ClientTls tls,
        UpstreamProtocol protocol,
        ProxySending proxy) {
    /** Connections kept idle, per loop and endpoint. */
    public static final int IDLE_MAX = 1_024;

    /** Connections of HTTP/2, per loop and endpoint. */
    public static final int SHARED_CONNECTIONS_MAX = 64;

    /** How long one is kept without streams; it says goodbye, so that no request is lost. */
    public static final long SHARED_IDLE_TIMEOUT_NANOS = 60_000_000_000L;

    /** How long one is kept idle. */
    public static final long IDLE_TIMEOUT_NANOS = 4_000_000_000L;

    /** Those of connections in the clear, of HTTP/1.1, without PROXY header. */
    public PoolOptions(int connectTimeoutMillis, int idleMax, long idleTimeoutNanos) {
        this(
                connectTimeoutMillis,
                idleMax,
                idleTimeoutNanos,
                null,
                UpstreamProtocol.HTTP1,
                ProxySending.NONE);
    }
}
