package io.sluice.dataplane.telemetry;

/**
 * What one event loop counts for one (route, rule, cluster); the fields are those of {@code
 * RouteStats} in report.proto. L4 connections count as requests of route "" and rule
 * "listener:NAME". Plain fields that only the loop writes.
 */
public final class RouteMeter {
    public long requests;
    public long responses1xx;
    public long responses2xx;
    public long responses3xx;
    public long responses4xx;
    public long responses5xx;

    /**
     * Replies made by the node itself, also counted in their class, and exchanges cut after the
     * head was sent.
     */
    public long failures;

    public long retries;
    public long bytesIn;
    public long bytesOut;

    /** From the request head to the end of the response. */
    public final LatencyHistogram latency = new LatencyHistogram();

    /** Counts a response head by the class of its status; one outside 100 to 599 counts as 5xx. */
    public void response(int status) {
        switch (status / 100) {
            case 1 -> responses1xx++;
            case 2 -> responses2xx++;
            case 3 -> responses3xx++;
            case 4 -> responses4xx++;
            default -> responses5xx++;
        }
    }

    boolean isIdle() {
        return (requests | responses1xx | responses2xx | responses3xx | responses4xx | responses5xx)
                        == 0
                && (failures | retries | bytesIn | bytesOut | latency.count()) == 0;
    }

    /** Adds what {@code from} counted and starts it from 0 again. */
    void take(RouteMeter from) {
        addCounts(from);
        latency.take(from.latency);
        from.requests = 0;
        from.responses1xx = 0;
        from.responses2xx = 0;
        from.responses3xx = 0;
        from.responses4xx = 0;
        from.responses5xx = 0;
        from.failures = 0;
        from.retries = 0;
        from.bytesIn = 0;
        from.bytesOut = 0;
    }

    void add(RouteMeter other) {
        addCounts(other);
        latency.add(other.latency);
    }

    private void addCounts(RouteMeter other) {
        requests += other.requests;
        responses1xx += other.responses1xx;
        responses2xx += other.responses2xx;
        responses3xx += other.responses3xx;
        responses4xx += other.responses4xx;
        responses5xx += other.responses5xx;
        failures += other.failures;
        retries += other.retries;
        bytesIn += other.bytesIn;
        bytesOut += other.bytesOut;
    }
}
