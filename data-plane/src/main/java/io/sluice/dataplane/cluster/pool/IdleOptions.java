package io.sluice.dataplane.cluster.pool;

/**
 * How a pool deals with connections that nobody uses; per loop and endpoint.
 *
 * @param max connections kept idle
 * @param timeoutNanos after which an idle connection is closed
 * @param ready connections opened ahead; at most {@code max}
 */
public record IdleOptions(int max, long timeoutNanos, int ready) {
    /**
     * The defaults. The time is shorter than the keep-alive time of common servers (5 s in Node.js,
     * Apache and uvicorn), so that they rarely close a connection under a request.
     */
    public static final IdleOptions DEFAULT = new IdleOptions(1_024, 4_000_000_000L, 0);
}
