package io.sluice.dataplane.cluster.endpoint;

/** What the checks say about an endpoint. */
public enum Health {
    /** Not checked yet. */
    UNKNOWN,
    HEALTHY,
    UNHEALTHY
}
