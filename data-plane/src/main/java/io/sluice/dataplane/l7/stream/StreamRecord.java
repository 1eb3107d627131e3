package io.sluice.dataplane.l7.stream;

import io.sluice.dataplane.cluster.Cluster;
import io.sluice.dataplane.cluster.endpoint.Endpoint;
import io.sluice.dataplane.l7.message.HeaderName;
import io.sluice.dataplane.l7.message.RequestHead;
import io.sluice.dataplane.l7.route.Route;
import io.sluice.dataplane.net.Failure;
import io.sluice.dataplane.net.Phase;
import io.sluice.dataplane.telemetry.AccessRecord;
import io.sluice.dataplane.telemetry.EndpointMeter;
import io.sluice.dataplane.telemetry.RouteMeter;

import org.jspecify.annotations.Nullable;

/**
 * What is counted and logged of a stream. Texts are made only where the access log is on. Used by
 * its stream for one request after the other; a tunnel takes it along.
 */
final class StreamRecord {
    private static final long MICRO_NANOS = 1_000;

    private final HttpServing serving;
    private final Downstream downstream;

    private long startNanos;
    private long connectedNanos;
    private long respondedNanos;
    private boolean respondedWhole;
    private Phase phase = Phase.HEAD;
    private @Nullable Route route;
    private @Nullable Cluster cluster;
    private @Nullable Endpoint endpoint;
    private @Nullable RouteMeter meter;
    private @Nullable EndpointMeter endpointMeter;
    private @Nullable Failure failure;
    private boolean exchanging;
    private boolean tunnel;
    private int status;
    private int grpcStatus;
    private int attempts;
    private long bytesIn;
    private long bytesOut;
    private long timeMillis;
    private String client = "";
    private String method = "";
    private String host = "";
    private String path = "";
    private String requestId = "";

    StreamRecord(HttpServing serving, Downstream downstream) {
        this.serving = serving;
        this.downstream = downstream;
    }

    void begin(RequestHead head, int headBytes) {
        reset();
        bytesIn = headBytes;
        if (serving.accessLog().enabled()) {
            method = head.methodText();
            host = head.host();
            path = head.path();
        }
    }

    /** A head that was refused: nothing is known of the request. */
    void beginRefused() {
        reset();
        if (serving.accessLog().enabled()) {
            client = downstream.client().toString();
        }
    }

    private void reset() {
        startNanos = serving.loop().readNanos();
        phase = Phase.HEAD;
        route = null;
        cluster = null;
        endpoint = null;
        meter = null;
        endpointMeter = null;
        failure = null;
        exchanging = false;
        status = 0;
        grpcStatus = GrpcStatus.NONE;
        attempts = 0;
        bytesIn = 0;
        bytesOut = 0;
        respondedWhole = false;
        serving.meter().requests++;
        if (serving.accessLog().enabled()) {
            timeMillis = serving.clock().millis();
            client = "";
            method = "";
            host = "";
            path = "";
            requestId = "";
        }
    }

    void phase(Phase phase) {
        this.phase = phase;
    }

    void client(RequestHead head, HttpSpec spec, boolean trusted) {
        if (serving.accessLog().enabled()) {
            client = ForwardedFields.client(head, spec, downstream.client(), trusted);
        }
    }

    void requestId(RequestHead head) {
        if (serving.accessLog().enabled()) {
            requestId = head.fields().valueText(HeaderName.X_REQUEST_ID);
        }
    }

    void route(Route taken) {
        route = taken;
    }

    void cluster(Route taken, Cluster picked) {
        cluster = picked;
        meter = serving.meters().route(taken, picked.name());
    }

    void attempt(Endpoint picked) {
        attempts++;
        endpoint = picked;
        EndpointMeter counted = serving.meters().endpoint(picked);
        endpointMeter = counted;
        counted.requests++;
        exchanging = true;
    }

    void connected() {
        connectedNanos = serving.loop().readNanos();
    }

    void attemptFailed(Failure why) {
        EndpointMeter counted = endpointMeter;
        if (counted == null || !exchanging) {
            return;
        }
        exchanging = false;
        // Failed connects are the pool's to count.
        if (why.side() == Failure.Side.UPSTREAM && why.resend() != Failure.Resend.ALWAYS) {
            counted.failures++;
        }
    }

    void retry() {
        RouteMeter counted = meter;
        if (counted != null) {
            counted.retries++;
        }
    }

    int attempts() {
        return attempts;
    }

    void sentUpstream(int bytes) {
        EndpointMeter counted = endpointMeter;
        if (counted != null) {
            counted.bytesOut += bytes;
        }
    }

    /** The stream is a WebSocket from now on. */
    void tunnelBegins() {
        tunnel = true;
        serving.meter().webSockets++;
        serving.meter().webSocketsOpen++;
    }

    void requestBody(int bytes) {
        bytesIn += bytes;
        if (tunnel) {
            serving.meter().webSocketBytesIn += bytes;
        }
        sentUpstream(bytes);
    }

    void interim(int interimStatus) {
        RouteMeter counted = meter;
        if (counted != null) {
            counted.response(interimStatus);
        }
    }

    /**
     * The response has begun.
     *
     * @param whole whether it has ended with that: the stream ends within the same call
     */
    void responseHead(int responseStatus, boolean whole) {
        long nowNanos = serving.loop().readNanos();
        respondedWhole = whole;
        respondedNanos = nowNanos;
        status = responseStatus;
        RouteMeter counted = meter();
        counted.response(responseStatus);
        EndpointMeter endpointCounted = endpointMeter;
        if (endpointCounted != null) {
            endpointCounted.latency.record((nowNanos - connectedNanos) / MICRO_NANOS);
        }
    }

    void localReply(int replyStatus) {
        status = replyStatus;
        if (route == null) {
            serving.meter().requestsRefused++;
            return;
        }
        RouteMeter counted = meter();
        counted.response(replyStatus);
        counted.failures++;
    }

    @Nullable Cluster cluster() {
        return cluster;
    }

    @Nullable Endpoint endpoint() {
        return endpoint;
    }

    String rule() {
        Route taken = route;
        return taken == null ? "" : taken.route() + "/" + taken.rule();
    }

    /** How a gRPC call ended; {@link GrpcStatus#NONE} if its response does not say. */
    void grpcStatus(int said) {
        grpcStatus = said;
    }

    void failure(Failure why) {
        failure = why;
    }

    void sentDownstream(int bytes) {
        bytesOut += bytes;
        if (tunnel) {
            serving.meter().webSocketBytesOut += bytes;
        }
        EndpointMeter counted = endpointMeter;
        if (counted != null) {
            counted.bytesIn += bytes;
        }
    }

    private RouteMeter meter() {
        RouteMeter counted = meter;
        if (counted == null) {
            Route taken = route;
            counted = serving.meters().route(taken == null ? Route.NONE : taken, "");
            meter = counted;
        }
        return counted;
    }

    /**
     * The stream is over.
     *
     * @param why it was cut; null if it ended with a complete response
     */
    void end(@Nullable Failure why) {
        if (why != null) {
            failure = why;
        } else if (failure == null) {
            phase = Phase.DONE;
        }
        long nowNanos = respondedWhole ? respondedNanos : serving.loop().preciseNanos();
        long micros = (nowNanos - startNanos) / MICRO_NANOS;
        exchanging = false;
        if (tunnel) {
            tunnel = false;
            serving.meter().webSocketsOpen--;
        }
        if (route != null) {
            RouteMeter counted = meter();
            counted.requests++;
            counted.bytesIn += bytesIn;
            counted.bytesOut += bytesOut;
            counted.latency.record(micros);
            if (why != null) {
                counted.failures++;
            }
        }
        if (serving.accessLog().enabled()) {
            log(micros);
        }
        route = null;
        cluster = null;
        endpoint = null;
    }

    private void log(long micros) {
        Route taken = route;
        Cluster picked = cluster;
        Endpoint last = endpoint;
        Failure why = failure;
        serving.accessLog()
                .write(
                        new AccessRecord(
                                timeMillis,
                                serving.listener(),
                                taken == null ? "" : taken.route(),
                                taken == null ? "" : taken.rule(),
                                picked == null ? "" : picked.name(),
                                last == null ? "" : last.addressText(),
                                client,
                                method,
                                host,
                                path,
                                status,
                                grpcStatus,
                                why == null ? "" : why.name(),
                                phase.name(),
                                bytesIn,
                                bytesOut,
                                micros,
                                attempts,
                                requestId));
    }
}
