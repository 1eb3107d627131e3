package io.sluice.controlplane.discovery;

import com.google.protobuf.Duration;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.Status;
import io.sluice.controlplane.fleet.EndpointHealthView;
import io.sluice.controlplane.fleet.Fleet;
import io.sluice.controlplane.fleet.NodeView;
import io.sluice.controlplane.fleet.StatsHistory;
import io.sluice.controlplane.rollout.RolloutEvent;
import io.sluice.controlplane.rollout.RolloutLoop;
import io.sluice.proto.discovery.v1.ReportRequest;
import io.sluice.proto.discovery.v1.ReportResponse;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;

/**
 * Opens Report streams. Windows are counted on a thread of their own, in order; a stream is read on
 * once its window is kept, so that what waits there is bounded by the number of nodes.
 */
final class ReportService implements ServerCallHandler<ReportRequest, ReportResponse> {
    private final Fleet fleet;
    private final StatsHistory stats;
    private final RolloutLoop rollout;
    private final Executor counting;
    private final NameCache names;
    private final DiscoveryMetrics metrics;
    private final Duration interval;

    ReportService(
            Fleet fleet,
            StatsHistory stats,
            RolloutLoop rollout,
            Executor counting,
            NameCache names,
            DiscoveryMetrics metrics,
            java.time.Duration interval) {
        this.fleet = fleet;
        this.stats = stats;
        this.rollout = rollout;
        this.counting = counting;
        this.names = names;
        this.metrics = metrics;
        this.interval =
                Duration.newBuilder()
                        .setSeconds(interval.toSeconds())
                        .setNanos(interval.toNanosPart())
                        .build();
    }

    @Override
    public ServerCall.Listener<ReportRequest> startCall(
            ServerCall<ReportRequest, ReportResponse> call, Metadata headers) {
        metrics.reportOpened();
        call.sendHeaders(new Metadata());
        call.request(1);
        return new ReportStream(call);
    }

    /** One node's windows. Called on the stream's event loop. */
    private final class ReportStream extends ServerCall.Listener<ReportRequest> {
        private final ServerCall<ReportRequest, ReportResponse> call;

        // Guarded by this.
        private boolean closed;
        private boolean answered;

        ReportStream(ServerCall<ReportRequest, ReportResponse> call) {
            this.call = call;
        }

        @Override
        public void onMessage(ReportRequest report) {
            if (!isOfConnectedNode(report)) {
                close(
                        Status.FAILED_PRECONDITION.withDescription(
                                "reports are taken from nodes whose Sync stream is open"));
                return;
            }
            metrics.reported();
            Optional<List<EndpointHealthView>> endpoints =
                    report.hasHealth()
                            ? Optional.of(WireReader.endpoints(report.getHealth(), names))
                            : Optional.empty();
            rollout.post(
                    new RolloutEvent.NodeReported(
                            names.of(report.getNode()), report.getBootId(), endpoints));
            counting.execute(() -> answer(stats.record(StatsReader.read(report, names))));
        }

        @Override
        public void onHalfClose() {
            close(Status.OK);
        }

        @Override
        public void onCancel() {
            metrics.reportEnded();
            synchronized (this) {
                closed = true;
            }
        }

        @Override
        public void onComplete() {
            metrics.reportEnded();
        }

        private boolean isOfConnectedNode(ReportRequest report) {
            return fleet.view()
                    .node(report.getNode())
                    .filter(NodeView::connected)
                    .filter(node -> node.bootId().equals(report.getBootId()))
                    .isPresent();
        }

        private synchronized void answer(long sequence) {
            if (closed) {
                return;
            }
            // A node that takes no answers sends no further windows: nothing piles up here.
            ReportResponse.Builder response = ReportResponse.newBuilder().setSequence(sequence);
            if (!answered) {
                answered = true;
                response.setInterval(interval);
            }
            call.sendMessage(response.build());
            call.request(1);
        }

        private synchronized void close(Status status) {
            if (!closed) {
                closed = true;
                call.close(status, new Metadata());
            }
        }
    }
}
