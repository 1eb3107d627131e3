package io.sluice.dataplane.telemetry;

/**
 * A live connection or UDP session, as an operator sees it. Immutable.
 *
 * @param id unique on the node while it runs
 * @param protocol tcp or udp
 * @param client {@code ip:port}, the client's own; empty if it went
 * @param rule as in statistics: {@code listener:NAME} or with {@code /RULE}
 * @param upstream the endpoint; empty while there is none
 * @param bytesIn from the client
 * @param bytesOut to the client
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
        TcpPath upstreamPath) {}
