package io.sluice.dataplane.telemetry;

/**
 * A live connection or UDP session, as an operator sees it. Immutable.
 *
 * @param id unique on the node while it runs
 * @param protocol tcp, udp, http1, http2, or websocket where HTTP/1.1 became one
 * @param client {@code ip:port}, the client's own; empty if it went
 * @param rule as in statistics: {@code listener:NAME} or with {@code /RULE}; of HTTP {@code
 *     ROUTE/RULE} of what is under way, or {@code several}
 * @param cluster as upstream
 * @param upstream the endpoint; empty while there is none; {@code several} of HTTP/2
 * @param bytesIn from the client
 * @param bytesOut to the client
 * @param cutInMillis until a drain cuts it, at least 1; 0 for never
 * @param requests of HTTP so far
 * @param clientPath how its kernel connection stands; {@link TcpPath#UNKNOWN} for UDP
 */
public record Flow(
        long id,
        String protocol,
        String client,
        String listener,
        String rule,
        String cluster,
        String upstream,
        long ageMillis,
        long bytesIn,
        long bytesOut,
        TcpPath clientPath,
        TcpPath upstreamPath,
        long requests,
        long cutInMillis) {
    /** As in {@link #cutInMillis}: how far a deadline is. */
    public static long cutInMillis(long nowNanos, long cutNanos) {
        return cutNanos == Leaving.NEVER ? 0 : Math.max(1, (cutNanos - nowNanos) / 1_000_000);
    }
}
