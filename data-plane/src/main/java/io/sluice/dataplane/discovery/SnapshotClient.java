package io.sluice.dataplane.discovery;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.sluice.dataplane.snapshot.SnapshotProblem;
import io.sluice.dataplane.tls.TicketKey;
import io.sluice.dataplane.tls.TlsContexts;
import io.sluice.proto.HostPort;
import io.sluice.proto.discovery.v1.Ask;
import io.sluice.proto.discovery.v1.DiscoveryServiceGrpc;
import io.sluice.proto.discovery.v1.TicketKeys;
import io.sluice.proto.discovery.v1.Welcome;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * Keeps one stream to a control plane: its addresses in order, then a jittered wait, again and
 * again. Config thread only, except where said.
 */
final class SnapshotClient implements SnapshotStream.Owner {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotClient.class);

    private static final long CLOSE_MILLIS_MAX = 1_000;
    private static final int TICKET_KEYS_MAX = 16;

    private final NodeIdentity identity;
    private final DiscoveryOptions options;
    private final SnapshotApplier applier;
    private final DrainControl drain;
    private final Supplier<List<SnapshotProblem>> problems;
    private final StatsReporter reporter;
    private final Answerer answerer;
    private final TlsContexts tls;
    private final Function<HostPort, ManagedChannel> channels;
    private final ScheduledExecutorService configThread;
    private final Backoff backoff;
    private @Nullable HostPort adminAddress;
    private int address;
    private boolean everConnected;
    private boolean closed;
    private volatile boolean connected;
    private volatile boolean nothingConfigured;
    private @Nullable ManagedChannel channel;
    private @Nullable SnapshotStream stream;
    private @Nullable ScheduledFuture<?> timer;

    SnapshotClient(
            NodeIdentity identity,
            DiscoveryOptions options,
            SnapshotApplier applier,
            DrainControl drain,
            Supplier<List<SnapshotProblem>> problems,
            StatsReporter reporter,
            Answerer answerer,
            TlsContexts tls,
            Function<HostPort, ManagedChannel> channels,
            ScheduledExecutorService configThread,
            RandomGenerator random) {
        this.identity = identity;
        this.options = options;
        this.applier = applier;
        this.drain = drain;
        this.problems = problems;
        this.reporter = reporter;
        this.answerer = answerer;
        this.tls = tls;
        this.channels = channels;
        this.configThread = configThread;
        this.backoff = new Backoff(random);
    }

    /** Connects, and from then on stays connected as far as possible. */
    void start(HostPort admin) {
        adminAddress = admin;
        connect();
    }

    private void connect() {
        if (closed || adminAddress == null) {
            return;
        }
        HostPort target = options.controlPlanes().get(address);
        ManagedChannel opened = channels.apply(target);
        channel = opened;
        SnapshotStream attempt =
                new SnapshotStream(identity, options, applier, drain, problems, configThread, this);
        stream = attempt;
        var _ = DiscoveryServiceGrpc.newStub(opened).sync(attempt);
        attempt.hello(adminAddress);
        timer =
                configThread.schedule(
                        () -> attempt.cancel("no welcome"),
                        options.welcomeTimeout().toMillis(),
                        TimeUnit.MILLISECONDS);
    }

    @Override
    public void welcomed(SnapshotStream from, Welcome welcome) {
        if (from != stream || channel == null) {
            return;
        }
        cancelTimer();
        connected = true;
        if (!everConnected) {
            // The short waits of a start say nothing about a control plane that is lost later.
            everConnected = true;
            backoff.reset();
        }
        LOG.info(
                "event=connected control-plane={} version={}",
                options.controlPlanes().get(address),
                welcome.getSoftwareVersion());
        timer =
                configThread.schedule(
                        backoff::reset, options.stableAfter().toMillis(), TimeUnit.MILLISECONDS);
        reporter.connected(
                DiscoveryServiceGrpc.newStub(channel),
                Messages.duration(welcome.getReportInterval()));
    }

    @Override
    public void ticketKeys(TicketKeys keys) {
        boolean good =
                keys.getKeysCount() > 0
                        && keys.getKeysCount() <= TICKET_KEYS_MAX
                        && keys.getKeysList().stream()
                                .allMatch(key -> key.size() == TicketKey.BYTES);
        if (!good) {
            LOG.warn("event=ticket-keys-ignored problem=\"not 1 to 16 keys of 48 bytes\"");
            return;
        }
        tls.ticketKeys(
                keys.getKeysList().stream().map(key -> new TicketKey(key.toByteArray())).toList());
    }

    @Override
    public void asked(Ask ask) {
        if (channel != null) {
            answerer.answer(ask, DiscoveryServiceGrpc.newStub(channel));
        }
    }

    @Override
    public void nothingConfigured() {
        nothingConfigured = true;
    }

    @Override
    public void ended(SnapshotStream from, Status status, Duration retryAfter) {
        if (from != stream) {
            return;
        }
        LOG.warn(
                "event={} control-plane={} status={} problem=\"{}\"",
                connected ? "disconnected" : "connect-failed",
                options.controlPlanes().get(address),
                status.getCode(),
                reason(status));
        boolean lost = connected;
        disconnect();
        if (closed) {
            return;
        }
        address = (address + 1) % options.controlPlanes().size();
        // The whole fleet loses a control plane at the same moment: only one that was never reached
        // is passed over without a wait.
        if (address != 0 && !lost) {
            connect();
            return;
        }
        Duration wait =
                backoff.next(everConnected ? options.backoffMax() : options.firstBackoffMax())
                        .plus(retryAfter);
        timer = configThread.schedule(this::connect, wait.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** The stream that is open, for what the node has to tell. */
    @Nullable SnapshotStream stream() {
        return stream;
    }

    /** Whether a control plane is there. Any thread. */
    boolean isConnected() {
        return connected;
    }

    /** Whether the control plane said that it has nothing for this node. Any thread. */
    boolean isNothingConfigured() {
        return nothingConfigured;
    }

    /** Ends the stream for good; waits, bounded, until its connection is closed. */
    void close() {
        closed = true;
        ManagedChannel open = channel;
        if (stream != null) {
            stream.cancel("the node stops");
        }
        disconnect();
        if (open != null) {
            awaitClosed(open);
        }
    }

    private static void awaitClosed(ManagedChannel channel) {
        try {
            channel.awaitTermination(CLOSE_MILLIS_MAX, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void disconnect() {
        connected = false;
        cancelTimer();
        reporter.disconnected();
        stream = null;
        if (channel != null) {
            channel.shutdownNow();
            channel = null;
        }
    }

    private void cancelTimer() {
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
    }

    private static String reason(Status status) {
        Throwable cause = status.getCause();
        String text = status.getDescription() == null ? "" : status.getDescription();
        return cause == null || cause.getMessage() == null
                ? text
                : text + ": " + cause.getMessage();
    }
}
