package io.sluice.dataplane.telemetry;

/**
 * What one event loop counts for one (cluster, endpoint); the fields are those of {@code
 * EndpointStats} in report.proto. Plain fields that only the loop writes.
 */
public final class EndpointMeter {
    public long requests;
    public long connectionsOpened;
    public long connectFailures;

    /** Connections for which this node had no local port left; none of the failures. */
    public long portsExhausted;

    /** Resets, timeouts and bad responses after connecting. */
    public long failures;

    public long bytesIn;
    public long bytesOut;

    /** Requests or L4 connections under way now: the one field that goes down. */
    public long active;

    /** From the request sent to the response head; L4: of the connect. */
    public final LatencyHistogram latency = new LatencyHistogram();

    boolean isIdle() {
        return active == 0
                && (requests | connectionsOpened | connectFailures | failures | portsExhausted) == 0
                && (bytesIn | bytesOut | latency.count()) == 0;
    }

    /**
     * Adds what {@code from} counted and starts it from 0 again; what is active there stays active.
     */
    void take(EndpointMeter from) {
        addCounts(from);
        latency.take(from.latency);
        from.requests = 0;
        from.connectionsOpened = 0;
        from.connectFailures = 0;
        from.portsExhausted = 0;
        from.failures = 0;
        from.bytesIn = 0;
        from.bytesOut = 0;
    }

    void add(EndpointMeter other) {
        addCounts(other);
        latency.add(other.latency);
    }

    private void addCounts(EndpointMeter other) {
        requests += other.requests;
        connectionsOpened += other.connectionsOpened;
        connectFailures += other.connectFailures;
        portsExhausted += other.portsExhausted;
        failures += other.failures;
        bytesIn += other.bytesIn;
        bytesOut += other.bytesOut;
        active += other.active;
    }
}
