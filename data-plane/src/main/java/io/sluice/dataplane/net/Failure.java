package io.sluice.dataplane.net;

/**
 * What went wrong with a stream or L4 connection: the name is the reason in access log, metrics and
 * the Sluice-Reason header.
 */
public enum Failure {
    /** Request line or fields break the grammar. */
    BAD_REQUEST(400, Side.DOWNSTREAM, Resend.NEVER),
    /** How long the body is cannot be told, or its chunks break the grammar. */
    BAD_FRAMING(400, Side.DOWNSTREAM, Resend.NEVER),
    /** The body is not in the form that the request says. */
    BAD_BODY(400, Side.DOWNSTREAM, Resend.NEVER),
    /** No Host, several, or one that is not a host. */
    BAD_HOST(400, Side.DOWNSTREAM, Resend.NEVER),
    /** A bad escape, or dot segments that leave the root. */
    BAD_PATH(400, Side.DOWNSTREAM, Resend.NEVER),
    NO_ROUTE(404, Side.LOCAL, Resend.NEVER),
    METHOD_REFUSED(405, Side.DOWNSTREAM, Resend.NEVER),
    REQUEST_TIMEOUT(408, Side.DOWNSTREAM, Resend.NEVER),
    BODY_TOO_LARGE(413, Side.DOWNSTREAM, Resend.NEVER),
    URI_TOO_LONG(414, Side.DOWNSTREAM, Resend.NEVER),
    HEAD_TOO_LARGE(431, Side.DOWNSTREAM, Resend.NEVER),
    TRANSFER_CODING_UNKNOWN(501, Side.DOWNSTREAM, Resend.NEVER),
    VERSION_UNSUPPORTED(505, Side.DOWNSTREAM, Resend.NEVER),
    /** By its Via the request has passed too many nodes: it is sent round in circles. */
    LOOP_DETECTED(508, Side.LOCAL, Resend.NEVER),
    /** The client left or reset its connection. */
    DOWNSTREAM_CLOSED(0, Side.DOWNSTREAM, Resend.NEVER),
    /** The client took nothing of the response for the idle timeout. */
    DOWNSTREAM_TIMEOUT(0, Side.DOWNSTREAM, Resend.NEVER),
    /** Nothing passed either way for the idle timeout. */
    IDLE_TIMEOUT(0, Side.LOCAL, Resend.NEVER),
    /** The connection begins like a PROXY header and has none, or a wrong one. */
    PROXY_HEADER_BAD(0, Side.DOWNSTREAM, Resend.NEVER),
    /** The listener requires a PROXY header. */
    PROXY_HEADER_MISSING(0, Side.DOWNSTREAM, Resend.NEVER),
    /** The listener believes the PROXY headers of other peers only. */
    PROXY_PEER_UNTRUSTED(0, Side.DOWNSTREAM, Resend.NEVER),
    /** The client's network may not connect, or has too many connections. */
    ACCESS_DENIED(0, Side.LOCAL, Resend.NEVER),
    /** What came before the protocol was not as agreed: TLS. */
    HANDSHAKE_FAILED(0, Side.DOWNSTREAM, Resend.NEVER),
    HANDSHAKE_TIMEOUT(0, Side.DOWNSTREAM, Resend.NEVER),
    /** Refused, unreachable, or any other failure to connect but the timeout. */
    CONNECT_FAILED(502, Side.UPSTREAM, Resend.ALWAYS),
    CONNECT_TIMEOUT(504, Side.UPSTREAM, Resend.ALWAYS),
    /** No local port is left towards the endpoint; the endpoint heard nothing. */
    PORTS_EXHAUSTED(503, Side.LOCAL, Resend.ALWAYS),
    /** None of the cluster's source addresses is one of this node's. */
    SOURCE_ADDRESS_MISSING(503, Side.LOCAL, Resend.NEVER),
    /** No TLS with the endpoint, such as for a certificate that is not to be trusted. */
    UPSTREAM_TLS_FAILED(502, Side.UPSTREAM, Resend.ALWAYS),
    /** The upstream had no place for a stream, or left, and did not look at the request. */
    UPSTREAM_REFUSED(503, Side.UPSTREAM, Resend.ALWAYS),
    /** The upstream closed or reset before the response was complete. */
    UPSTREAM_RESET(502, Side.UPSTREAM, Resend.IF_REUSED),
    /** The upstream gave up a stream of HTTP/2 that it had begun to serve. */
    UPSTREAM_CANCELLED(502, Side.UPSTREAM, Resend.NEVER),
    /**
     * The upstream gave up a stream of HTTP/2 since too much is asked of it (ENHANCE_YOUR_CALM).
     */
    UPSTREAM_OVERLOADED(502, Side.UPSTREAM, Resend.NEVER),
    UPSTREAM_BAD_RESPONSE(502, Side.UPSTREAM, Resend.NEVER),
    /** The upstream is spoken to in HTTP/2 alone and takes no WebSockets over it (RFC 8441). */
    WEBSOCKET_UNSUPPORTED(502, Side.UPSTREAM, Resend.NEVER),
    /** No response head, no further byte, or none taken, within the exchange's timeouts. */
    UPSTREAM_TIMEOUT(504, Side.UPSTREAM, Resend.NEVER),
    TOTAL_TIMEOUT(504, Side.LOCAL, Resend.NEVER),
    /** The client of a gRPC call does not wait longer than that. */
    DEADLINE_EXCEEDED(504, Side.LOCAL, Resend.NEVER),
    NO_HEALTHY_ENDPOINT(503, Side.LOCAL, Resend.NEVER),
    OVER_LIMIT(503, Side.LOCAL, Resend.NEVER),
    /** An operator ended it. */
    KILLED(503, Side.LOCAL, Resend.NEVER),
    DRAINING(503, Side.LOCAL, Resend.NEVER),
    /** A bug of this node. */
    INTERNAL(500, Side.LOCAL, Resend.NEVER);

    /** Who caused it. */
    public enum Side {
        DOWNSTREAM,
        UPSTREAM,
        LOCAL
    }

    /** Whether the same request may be sent again, as far as this failure can tell. */
    public enum Resend {
        NEVER,
        /** Nothing was sent. */
        ALWAYS,
        /**
         * Only where the connection was reused and no byte of a response had come (RFC 9112 9.3.1).
         */
        IF_REUSED
    }

    private static final int GRPC_CANCELLED = 1;
    private static final int GRPC_UNKNOWN = 2;
    private static final int GRPC_DEADLINE_EXCEEDED = 4;
    private static final int GRPC_PERMISSION_DENIED = 7;
    private static final int GRPC_RESOURCE_EXHAUSTED = 8;
    private static final int GRPC_UNIMPLEMENTED = 12;
    private static final int GRPC_INTERNAL = 13;
    private static final int GRPC_UNAVAILABLE = 14;
    private static final int GRPC_UNAUTHENTICATED = 16;

    private final int httpStatus;
    private final Side side;
    private final Resend resend;

    Failure(int httpStatus, Side side, Resend resend) {
        this.httpStatus = httpStatus;
        this.side = side;
        this.resend = resend;
    }

    /** The status of the local reply; 0 where none can be sent. */
    public int httpStatus() {
        return httpStatus;
    }

    /**
     * The status of the local reply to a gRPC call. Where the upstream said by a code of HTTP/2 why
     * it ended the stream, it is what a client makes of that (gRPC over HTTP2, Errors); other codes
     * than these two are a broken upstream, which another may stand in for: unavailable.
     */
    public int grpcStatus() {
        return switch (this) {
            case TOTAL_TIMEOUT, DEADLINE_EXCEEDED -> GRPC_DEADLINE_EXCEEDED;
            case UPSTREAM_CANCELLED -> GRPC_CANCELLED;
            case UPSTREAM_OVERLOADED -> GRPC_RESOURCE_EXHAUSTED;
            default -> grpcStatus(httpStatus);
        };
    }

    /**
     * What a gRPC client makes of an HTTP status that comes without one of gRPC (gRPC, HTTP to gRPC
     * Status Code Mapping).
     */
    public static int grpcStatus(int httpStatus) {
        return switch (httpStatus) {
            case 400 -> GRPC_INTERNAL;
            case 401 -> GRPC_UNAUTHENTICATED;
            case 403 -> GRPC_PERMISSION_DENIED;
            case 404 -> GRPC_UNIMPLEMENTED;
            case 429, 502, 503, 504 -> GRPC_UNAVAILABLE;
            default -> GRPC_UNKNOWN;
        };
    }

    /** Who caused it. */
    public Side side() {
        return side;
    }

    /** Whether it may be sent again. */
    public Resend resend() {
        return resend;
    }
}
