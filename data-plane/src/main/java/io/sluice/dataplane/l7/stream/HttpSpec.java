package io.sluice.dataplane.l7.stream;

import io.sluice.dataplane.l7.codec.HeadLimits;
import io.sluice.dataplane.l7.codec.http2.Http2Limits;

/**
 * The options of an HTTP listener, compiled.
 *
 * @param bodyBytesMax bytes of one request body; {@link Long#MAX_VALUE} for any
 * @param connectionsMax open at once on this node
 * @param trustedProxies whose X-Forwarded-*, Forwarded and X-Request-Id are believed
 * @param normalizePath whether paths are brought to their normal form before they are matched
 * @param h2c whether HTTP/2 is spoken in the clear to clients that begin with it
 * @param http2Limits what one connection of HTTP/2 may hold or do
 * @param grpcWeb whether gRPC-Web is turned into gRPC
 */
public record HttpSpec(
        Timeouts timeouts,
        HeadLimits headLimits,
        long bodyBytesMax,
        int connectionsMax,
        Networks trustedProxies,
        Additions additions,
        boolean normalizePath,
        Https https,
        boolean h2c,
        Http2Limits http2Limits,
        boolean grpcWeb) {

    /** One that draws nobody to TLS, with the defaults of HTTP/2 and without gRPC-Web. */
    public HttpSpec(
            Timeouts timeouts,
            HeadLimits headLimits,
            long bodyBytesMax,
            int connectionsMax,
            Networks trustedProxies,
            Additions additions,
            boolean normalizePath) {
        this(
                timeouts,
                headLimits,
                bodyBytesMax,
                connectionsMax,
                trustedProxies,
                additions,
                normalizePath,
                Https.NONE,
                true,
                Http2Limits.DEFAULT,
                false);
    }

    /**
     * What draws clients to TLS.
     *
     * @param redirect whether requests in the clear are answered with a redirect
     * @param port of that redirect
     * @param hsts the value of Strict-Transport-Security; empty for none
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared, never written to
    public record Https(boolean redirect, int port, byte[] hsts) {
        /** Nothing. */
        public static final Https NONE = new Https(false, 443, new byte[0]);
    }

    /** Timeouts of the client's side; 0 means none. */
    public record Timeouts(long requestHeadNanos, long requestBodyNanos, long idleNanos) {}

    /**
     * Fields that Sluice adds.
     *
     * @param forwarded X-Forwarded-For, -Proto and -Host on requests
     * @param via Via on requests
     * @param requestId X-Request-Id on requests
     * @param reason Sluice-Reason on replies of its own
     * @param date Date on responses without
     */
    public record Additions(
            boolean forwarded, boolean via, boolean requestId, boolean reason, boolean date) {}
}
