package io.sluice.dataplane.discovery;

import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.sluice.dataplane.cluster.endpoint.EndpointHealth;
import io.sluice.dataplane.telemetry.StatsCollector;
import io.sluice.proto.discovery.v1.DiscoveryServiceGrpc;
import io.sluice.proto.discovery.v1.ReportRequest;
import io.sluice.proto.discovery.v1.ReportResponse;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Reports a window of statistics per interval, and endpoint health soon after it changes. Config
 * thread only.
 *
 * <p>At most one window is on its way without an answer; it is sent again under its number after a
 * reconnect, so that the control plane can tell a repeat. What is counted meanwhile is merged in
 * the collector, so memory is bounded however long the control plane is away.
 */
final class StatsReporter {
    static final Duration INTERVAL = Duration.ofSeconds(5);
    private static final Duration INTERVAL_MIN = Duration.ofMillis(100);
    private static final Duration INTERVAL_MAX = Duration.ofMinutes(5);
    private static final long HEALTH_DELAY_MILLIS = 100;
    private static final long REOPEN_MILLIS = 1_000;
    private static final Logger LOG = LoggerFactory.getLogger(StatsReporter.class);

    private final NodeIdentity identity;
    private final StatsCollector collector;
    private final Supplier<List<EndpointHealth>> health;
    private final ScheduledExecutorService configThread;
    private Duration interval = INTERVAL;
    private DiscoveryServiceGrpc.@Nullable DiscoveryServiceStub service;
    private @Nullable ReportStream stream;
    private @Nullable ScheduledFuture<?> tick;
    private @Nullable ReportRequest unanswered;
    private List<EndpointHealth> healthSent = List.of();
    private boolean healthDue;
    private boolean healthSoon;
    private long sequence;

    StatsReporter(
            NodeIdentity identity,
            StatsCollector collector,
            Supplier<List<EndpointHealth>> health,
            ScheduledExecutorService configThread) {
        this.identity = identity;
        this.collector = collector;
        this.health = health;
        this.configThread = configThread;
    }

    /** Begins reporting over this connection. */
    void connected(DiscoveryServiceGrpc.DiscoveryServiceStub to, Duration wantedInterval) {
        service = to;
        every(wantedInterval);
        open();
        schedule(0);
    }

    /** Stops reporting; counting goes on. */
    void disconnected() {
        service = null;
        stream = null;
        if (tick != null) {
            tick.cancel(false);
            tick = null;
        }
    }

    /** Reports at once what changed. */
    void healthChanged() {
        if (service != null && !healthSoon) {
            healthSoon = true;
            schedule(HEALTH_DELAY_MILLIS);
        }
    }

    private void open() {
        if (service == null) {
            return;
        }
        ReportStream opened = new ReportStream();
        stream = opened;
        healthDue = true;
        var _ = service.report(opened);
        if (unanswered != null) {
            ReportRequest again = unanswered;
            opened.send(again);
        }
    }

    private void schedule(long delayMillis) {
        if (tick != null) {
            tick.cancel(false);
        }
        tick = configThread.schedule(this::tick, delayMillis, TimeUnit.MILLISECONDS);
    }

    private void tick() {
        healthSoon = false;
        var _ =
                collector
                        .collect()
                        .whenCompleteAsync(
                                (nothing, failure) -> {
                                    if (failure != null) {
                                        LOG.error("event=collect-failed", failure);
                                    }
                                    send();
                                },
                                configThread);
        schedule(interval.toMillis());
    }

    private void send() {
        ReportStream open = stream;
        if (open == null || unanswered != null) {
            return;
        }
        ReportRequest.Builder report =
                StatsMessages.report(collector.take())
                        .setNode(identity.name())
                        .setBootId(identity.bootId())
                        .setSequence(++sequence);
        List<EndpointHealth> now = health.get();
        if (healthDue || !now.equals(healthSent)) {
            report.setHealth(StatsMessages.health(now));
            healthSent = now;
            healthDue = false;
        }
        unanswered = report.build();
        open.send(unanswered);
    }

    private void answered(ReportResponse response) {
        if (unanswered != null && response.getSequence() >= unanswered.getSequence()) {
            unanswered = null;
        }
        if (response.hasInterval()) {
            every(Messages.duration(response.getInterval()));
        }
    }

    private void every(Duration wanted) {
        if (wanted.isZero()) {
            return;
        }
        interval =
                wanted.compareTo(INTERVAL_MIN) < 0
                        ? INTERVAL_MIN
                        : wanted.compareTo(INTERVAL_MAX) > 0 ? INTERVAL_MAX : wanted;
    }

    private void ended(ReportStream from) {
        if (stream == from) {
            stream = null;
            var _ =
                    configThread.schedule(
                            () -> {
                                if (stream == null) {
                                    open();
                                }
                            },
                            REOPEN_MILLIS,
                            TimeUnit.MILLISECONDS);
        }
    }

    private final class ReportStream
            implements ClientResponseObserver<ReportRequest, ReportResponse> {
        private @Nullable ClientCallStreamObserver<ReportRequest> requests;

        @Override
        public void beforeStart(ClientCallStreamObserver<ReportRequest> call) {
            requests = call;
        }

        @Override
        public void onNext(ReportResponse response) {
            configThread.execute(
                    () -> {
                        if (stream == this) {
                            answered(response);
                        }
                    });
        }

        @Override
        public void onError(Throwable failure) {
            LOG.debug("event=report-ended", failure);
            configThread.execute(() -> ended(this));
        }

        @Override
        public void onCompleted() {
            configThread.execute(() -> ended(this));
        }

        void send(ReportRequest report) {
            if (requests != null) {
                requests.onNext(report);
            }
        }
    }
}
