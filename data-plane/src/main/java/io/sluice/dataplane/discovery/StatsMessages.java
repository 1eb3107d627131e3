package io.sluice.dataplane.discovery;

import io.sluice.dataplane.cluster.endpoint.EndpointHealth;
import io.sluice.dataplane.cluster.endpoint.Health;
import io.sluice.dataplane.telemetry.EndpointMeter;
import io.sluice.dataplane.telemetry.LatencyHistogram;
import io.sluice.dataplane.telemetry.ListenerMeter;
import io.sluice.dataplane.telemetry.MeterKey;
import io.sluice.dataplane.telemetry.RouteMeter;
import io.sluice.dataplane.telemetry.StatsWindow;
import io.sluice.proto.discovery.v1.EndpointHealthList;
import io.sluice.proto.discovery.v1.EndpointStats;
import io.sluice.proto.discovery.v1.HealthState;
import io.sluice.proto.discovery.v1.Histogram;
import io.sluice.proto.discovery.v1.ListenerStats;
import io.sluice.proto.discovery.v1.ReportRequest;
import io.sluice.proto.discovery.v1.RouteStats;

import java.util.List;

/** Windows and health in the form of the wire. Pure. */
final class StatsMessages {
    private StatsMessages() {}

    static ReportRequest.Builder report(StatsWindow window) {
        ReportRequest.Builder report =
                ReportRequest.newBuilder()
                        .setStart(Messages.timestamp(window.start()))
                        .setEnd(Messages.timestamp(window.end()))
                        .setKeysDropped(window.keysDropped());
        window.listeners().forEach((key, row) -> report.addListeners(listener(key, row)));
        window.routes().forEach((key, row) -> report.addRoutes(route(key, row)));
        window.endpoints().forEach((key, row) -> report.addEndpoints(endpoint(key, row)));
        return report;
    }

    static EndpointHealthList health(List<EndpointHealth> endpoints) {
        EndpointHealthList.Builder list = EndpointHealthList.newBuilder();
        for (EndpointHealth endpoint : endpoints) {
            list.addEndpointsBuilder()
                    .setCluster(endpoint.cluster())
                    .setAddress(endpoint.address())
                    .setState(state(endpoint.health()))
                    .setSince(Messages.timestamp(endpoint.since()))
                    .setReason(endpoint.reason());
        }
        return list.build();
    }

    private static ListenerStats listener(MeterKey.OfListener key, ListenerMeter row) {
        return ListenerStats.newBuilder()
                .setListener(key.listener())
                .setConnectionsAccepted(row.connectionsAccepted)
                .setConnectionsRefused(row.connectionsRefused)
                .setConnectionsOpen(row.connectionsOpen)
                .setBytesIn(row.bytesIn)
                .setBytesOut(row.bytesOut)
                .setRequests(row.requests)
                .setRequestsRefused(row.requestsRefused)
                .setHandshakes(row.handshakes)
                .setHandshakesResumed(row.handshakesResumed)
                .setHandshakeFailures(row.handshakeFailures)
                .setDatagramsIn(row.datagramsIn)
                .setDatagramsOut(row.datagramsOut)
                .setDatagramsDropped(row.datagramsDropped)
                .setSessionsDisplaced(row.sessionsDisplaced)
                .setConnectionsDenied(row.connectionsDenied)
                .setConnectionsTarpitted(row.connectionsTarpitted)
                .setHandshakeTimeouts(row.handshakeTimeouts)
                .setHandshakesTls13(row.handshakesTls13)
                .setServerNameMisses(row.serverNameMisses)
                .setWebSockets(row.webSockets)
                .setWebSocketBytesIn(row.webSocketBytesIn)
                .setWebSocketBytesOut(row.webSocketBytesOut)
                .build();
    }

    private static RouteStats route(MeterKey.OfRoute key, RouteMeter row) {
        return RouteStats.newBuilder()
                .setRoute(key.route())
                .setRule(key.rule())
                .setCluster(key.cluster())
                .setRequests(row.requests)
                .setResponses1Xx(row.responses1xx)
                .setResponses2Xx(row.responses2xx)
                .setResponses3Xx(row.responses3xx)
                .setResponses4Xx(row.responses4xx)
                .setResponses5Xx(row.responses5xx)
                .setFailures(row.failures)
                .setRetries(row.retries)
                .setBytesIn(row.bytesIn)
                .setBytesOut(row.bytesOut)
                .setLatency(histogram(row.latency))
                .build();
    }

    private static EndpointStats endpoint(MeterKey.OfEndpoint key, EndpointMeter row) {
        return EndpointStats.newBuilder()
                .setCluster(key.cluster())
                .setEndpoint(key.address())
                .setRequests(row.requests)
                .setConnectionsOpened(row.connectionsOpened)
                .setConnectFailures(row.connectFailures)
                .setFailures(row.failures)
                .setBytesIn(row.bytesIn)
                .setBytesOut(row.bytesOut)
                .setLatency(histogram(row.latency))
                .setActive(row.active)
                .build();
    }

    private static Histogram histogram(LatencyHistogram latency) {
        Histogram.Builder histogram =
                Histogram.newBuilder().setSum(latency.sumMicros()).setMax(latency.maxMicros());
        latency.forEachBucket((index, count) -> histogram.addBuckets(index).addCounts(count));
        return histogram.build();
    }

    private static HealthState state(Health health) {
        return switch (health) {
            case UNKNOWN -> HealthState.HEALTH_STATE_UNKNOWN;
            case HEALTHY -> HealthState.HEALTH_STATE_HEALTHY;
            case UNHEALTHY -> HealthState.HEALTH_STATE_UNHEALTHY;
        };
    }
}
