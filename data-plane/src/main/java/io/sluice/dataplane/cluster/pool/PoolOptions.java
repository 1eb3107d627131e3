package io.sluice.dataplane.cluster.pool;

/**
 * Bounds of a pool.
 *
 * @param connectTimeoutMillis until a connection is there
 * @param idleMax connections kept idle, per loop and endpoint
 * @param idleTimeoutNanos after which an idle connection is closed; shorter than the keep-alive
 *     time of common servers (5 s in Node.js, Apache and uvicorn), so that it rarely closes under a
 *     request
 */
public record PoolOptions(int connectTimeoutMillis, int idleMax, long idleTimeoutNanos) {
    /** Connections kept idle, per loop and endpoint. */
    public static final int IDLE_MAX = 1_024;

    /** How long one is kept idle. */
    public static final long IDLE_TIMEOUT_NANOS = 4_000_000_000L;
}
