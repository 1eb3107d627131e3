package io.sluice.dataplane.cluster.endpoint;

/** What the endpoints of a cluster speak to HTTP requests. */
public enum UpstreamProtocol {
    HTTP1,
    H2,
    /** Either, as each endpoint agrees to by ALPN. */
    AUTO;

    /** The name of HTTP/2 in ALPN (RFC 9113 section 3.1). */
    public static final String ALPN_H2 = "h2";

    /** The name of HTTP/1.1 in ALPN. */
    public static final String ALPN_HTTP1 = "http/1.1";
}
