package io.sluice.dataplane.telemetry;

/**
 * One line of the access log: an HTTP request or an L4 connection. Empty names and 0 mean absent
 * and are left out.
 *
 * @param timeMillis wall clock at its start
 * @param client IP:PORT of the client as the node believes it
 * @param grpcStatus of a gRPC call; -1 if there is none, which is left out
 * @param phase where it ended, a {@code Phase}
 * @param reason why, where the node itself ended it
 * @param attempts exchanges tried upstream
 */
public record AccessRecord(
        long timeMillis,
        String listener,
        String route,
        String rule,
        String cluster,
        String endpoint,
        String client,
        String method,
        String host,
        String path,
        int status,
        int grpcStatus,
        String reason,
        String phase,
        long bytesIn,
        long bytesOut,
        long durationMicros,
        int attempts,
        String requestId) {

    /** One of what is no gRPC call. */
    public AccessRecord(
            long timeMillis,
            String listener,
            String route,
            String rule,
            String cluster,
            String endpoint,
            String client,
            String method,
            String host,
            String path,
            int status,
            String reason,
            String phase,
            long bytesIn,
            long bytesOut,
            long durationMicros,
            int attempts,
            String requestId) {
        this(
                timeMillis,
                listener,
                route,
                rule,
                cluster,
                endpoint,
                client,
                method,
                host,
                path,
                status,
                -1,
                reason,
                phase,
                bytesIn,
                bytesOut,
                durationMicros,
                attempts,
                requestId);
    }
}
