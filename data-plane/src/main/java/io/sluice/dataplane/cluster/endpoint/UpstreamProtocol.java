package io.sluice.dataplane.cluster.endpoint;

/** What the endpoints of a cluster speak to HTTP requests. */
public enum UpstreamProtocol {
    HTTP1,
    H2
}
