package io.sluice.dataplane.net;

/** Where a stream or L4 connection stands; the word in timeouts, access log, metrics and traces. */
public enum Phase {
    /** Reading what comes before the protocol itself: PROXY header, TLS. */
    HANDSHAKE,
    /** Waiting for a complete request head. */
    HEAD,
    /** Looking for the route. */
    ROUTE,
    /** In the filter chain of the route. */
    FILTER,
    /** Asking limits whether it may go on. */
    ADMIT,
    /** Choosing cluster and endpoint, or waiting for first health checks. */
    PICK,
    /** Waiting for a connection to the endpoint. */
    CONNECT,
    /** Sending the request, no response head yet. */
    SEND,
    /** Passing the response on; for L4, relaying. */
    RESPOND,
    /** Over. */
    DONE
}
