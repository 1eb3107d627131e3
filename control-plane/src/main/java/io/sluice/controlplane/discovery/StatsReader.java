package io.sluice.controlplane.discovery;

import io.sluice.controlplane.fleet.Latency;
import io.sluice.controlplane.fleet.StatsKey;
import io.sluice.controlplane.fleet.StatsReport;
import io.sluice.controlplane.fleet.StatsRow;
import io.sluice.proto.LatencyBuckets;
import io.sluice.proto.discovery.v1.EndpointStats;
import io.sluice.proto.discovery.v1.Histogram;
import io.sluice.proto.discovery.v1.ListenerStats;
import io.sluice.proto.discovery.v1.ReportRequest;
import io.sluice.proto.discovery.v1.RouteStats;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Turns a report's statistics into rows, counters in the order of {@link StatsKey.Family}. */
final class StatsReader {
    private StatsReader() {}

    static StatsReport read(ReportRequest report, NameCache names) {
        List<StatsRow> rows =
                new ArrayList<>(
                        report.getListenersCount()
                                + report.getRoutesCount()
                                + report.getEndpointsCount());
        report.getListenersList().forEach(stats -> rows.add(listener(stats, names)));
        report.getRoutesList().forEach(stats -> rows.add(route(stats, names)));
        report.getEndpointsList().forEach(stats -> rows.add(endpoint(stats, names)));
        return new StatsReport(
                report.getNode(),
                report.getBootId(),
                report.getSequence(),
                WireReader.instant(report.getStart()),
                WireReader.instant(report.getEnd()),
                rows,
                report.getKeysDropped());
    }

    private static StatsRow listener(ListenerStats stats, NameCache names) {
        long[] counters = {
            stats.getConnectionsAccepted(),
            stats.getConnectionsRefused(),
            stats.getBytesIn(),
            stats.getBytesOut(),
            stats.getRequests(),
            stats.getRequestsRefused(),
            stats.getDatagramsIn(),
            stats.getDatagramsOut(),
            stats.getDatagramsDropped(),
            stats.getSessionsDisplaced(),
            stats.getConnectionsDenied(),
            stats.getConnectionsTarpitted(),
            stats.getHandshakes(),
            stats.getHandshakesResumed(),
            stats.getHandshakeFailures(),
            stats.getHandshakeTimeouts(),
            stats.getHandshakesTls13(),
            stats.getServerNameMisses(),
            stats.getWebSockets(),
            stats.getWebSocketBytesIn(),
            stats.getWebSocketBytesOut(),
            stats.getConnectionsOpen()
        };
        return new StatsRow(
                StatsKey.listener(names.of(WireReader.text(stats.getListener()))),
                counters,
                Latency.EMPTY);
    }

    private static StatsRow route(RouteStats stats, NameCache names) {
        long[] counters = {
            stats.getRequests(),
            stats.getResponses1Xx(),
            stats.getResponses2Xx(),
            stats.getResponses3Xx(),
            stats.getResponses4Xx(),
            stats.getResponses5Xx(),
            stats.getFailures(),
            stats.getRetries(),
            stats.getBytesIn(),
            stats.getBytesOut()
        };
        return new StatsRow(
                StatsKey.route(
                        names.of(WireReader.text(stats.getRoute())),
                        names.of(WireReader.text(stats.getRule())),
                        names.of(WireReader.text(stats.getCluster()))),
                counters,
                latency(stats.getLatency()));
    }

    private static StatsRow endpoint(EndpointStats stats, NameCache names) {
        long[] counters = {
            stats.getRequests(),
            stats.getConnectionsOpened(),
            stats.getConnectFailures(),
            stats.getFailures(),
            stats.getBytesIn(),
            stats.getBytesOut(),
            stats.getActive()
        };
        return new StatsRow(
                StatsKey.endpoint(
                        names.of(WireReader.text(stats.getCluster())),
                        names.of(WireReader.text(stats.getEndpoint()))),
                counters,
                latency(stats.getLatency()));
    }

    /** Rows out of order or range, which no sound node sends, are left out. */
    private static Latency latency(Histogram histogram) {
        int rows = Math.min(histogram.getBucketsCount(), histogram.getCountsCount());
        int[] buckets = new int[rows];
        long[] counts = new long[rows];
        int kept = 0;
        int last = -1;
        for (int i = 0; i < rows; i++) {
            int bucket = histogram.getBuckets(i);
            if (bucket > last && bucket <= LatencyBuckets.INDEX_MAX && histogram.getCounts(i) > 0) {
                buckets[kept] = bucket;
                counts[kept++] = histogram.getCounts(i);
                last = bucket;
            }
        }
        return kept == 0
                ? Latency.EMPTY
                : new Latency(
                        Arrays.copyOf(buckets, kept),
                        Arrays.copyOf(counts, kept),
                        histogram.getSum(),
                        histogram.getMax());
    }
}
