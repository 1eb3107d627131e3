package io.sluice.controlplane.api;

import io.sluice.controlplane.fleet.EndpointHealthView;
import io.sluice.controlplane.fleet.EndpointHealthView.Health;
import io.sluice.controlplane.fleet.Latency;
import io.sluice.controlplane.fleet.NodeState;
import io.sluice.controlplane.fleet.NodeView;
import io.sluice.controlplane.fleet.ReportedProblem;
import io.sluice.controlplane.fleet.StatsHistory;
import io.sluice.controlplane.fleet.StatsKey;
import io.sluice.controlplane.fleet.StatsReport;
import io.sluice.controlplane.fleet.StatsRow;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Nodes as the fleet would publish them. */
final class TestNodes {
    private static final Instant TIME = Instant.parse("2026-01-02T03:04:05Z");

    private TestNodes() {}

    static NodeView node(String name, NodeState state, long activeRevision) {
        return new NodeView(
                name,
                "boot",
                Map.of("zone", "z1"),
                "127.0.0.1:1",
                "127.0.0.1:7080",
                "1.0",
                state,
                false,
                false,
                0,
                1,
                activeRevision,
                0,
                List.of(),
                TIME,
                TIME,
                List.of(
                        new EndpointHealthView(
                                "a", "10.0.0.1:80", Health.UNHEALTHY, TIME, "refused")));
    }

    static NodeView withProblems(
            NodeView node, long rejectedRevision, List<ReportedProblem> problems) {
        return new NodeView(
                node.name(),
                node.bootId(),
                node.labels(),
                node.address(),
                node.adminAddress(),
                node.softwareVersion(),
                node.state(),
                node.drainWanted(),
                node.drained(),
                node.connections(),
                node.wantedRevision(),
                node.activeRevision(),
                rejectedRevision,
                problems,
                node.connectedSince(),
                node.lastSeen(),
                node.endpoints());
    }

    /** Counts requests of a rule on a node, a moment ago. */
    static void report(StatsHistory stats, String node, long requests) {
        Instant end = Instant.now().minusSeconds(20); // rates end where reports have settled
        StatsRow row =
                new StatsRow(
                        StatsKey.route("shop", "all", "a"),
                        new long[] {requests, 0, requests, 0, 0, 0, 0, 0, 100, 200},
                        new Latency(new int[] {40}, new long[] {requests}, 40 * requests, 40));
        stats.record(new StatsReport(node, "boot", 1, end.minusSeconds(5), end, List.of(row), 0));
    }
}
