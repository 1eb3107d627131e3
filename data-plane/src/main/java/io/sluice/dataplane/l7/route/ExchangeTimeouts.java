package io.sluice.dataplane.l7.route;

/**
 * How long an exchange with an upstream may take; 0 means no timeout.
 *
 * @param responseHeadNanos from the end of the request to the head of the response
 * @param idleNanos without a byte either way once the response has begun, or while the upstream
 *     takes none of the request's body
 * @param totalNanos the whole exchange, further attempts included
 * @param perTryNanos one attempt, until the head of its response
 */
public record ExchangeTimeouts(
        long responseHeadNanos, long idleNanos, long totalNanos, long perTryNanos) {
    /** No timeout at all. */
    public static final ExchangeTimeouts NONE = new ExchangeTimeouts(0, 0, 0, 0);

    /** Without a bound of its own for one attempt. */
    public ExchangeTimeouts(long responseHeadNanos, long idleNanos, long totalNanos) {
        this(responseHeadNanos, idleNanos, totalNanos, 0);
    }
}
