package io.sluice.dataplane.cluster.health;

import io.sluice.dataplane.cluster.endpoint.UpstreamProtocol;

/** What a check does. */
public sealed interface Probe {
    /** A connection that is accepted. */
    record Tcp() implements Probe {}

    /**
     * A GET that is answered 200 to 299.
     *
     * @param host the Host header; empty for the endpoint's address
     * @param protocol what the GET is sent in
     */
    record Http(String path, String host, UpstreamProtocol protocol) implements Probe {
        /** A GET of HTTP/1.1. */
        public Http(String path, String host) {
            this(path, host, UpstreamProtocol.HTTP1);
        }
    }
}
