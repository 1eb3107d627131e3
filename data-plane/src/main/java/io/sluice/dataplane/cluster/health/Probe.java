package io.sluice.dataplane.cluster.health;

/** What a check does. */
public sealed interface Probe {
    /** A connection that is accepted. */
    record Tcp() implements Probe {}

    /**
     * A GET that is answered 200 to 299.
     *
     * @param host the Host header; empty for the endpoint's address
     */
    record Http(String path, String host) implements Probe {}
}
