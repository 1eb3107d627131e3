package io.sluice.dataplane.discovery;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.sluice.dataplane.cluster.endpoint.EndpointHealth;
import io.sluice.dataplane.listener.Listeners;
import io.sluice.dataplane.snapshot.SnapshotCompiler;
import io.sluice.dataplane.snapshot.SnapshotProblem;
import io.sluice.dataplane.snapshot.SnapshotSwitch;
import io.sluice.dataplane.snapshot.SnapshotVersion;
import io.sluice.dataplane.telemetry.StatsCollector;
import io.sluice.dataplane.tls.TlsContexts;
import io.sluice.proto.HostPort;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The node's end of the wire as a whole: serves first from disk, then from the control plane.
 * Methods may be called from any thread; the work is done on the config thread, which the caller
 * owns and ends after {@link #close}.
 */
public final class Discovery implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Discovery.class);
    private static final int MESSAGE_BYTES_MAX = 64 * 1024 * 1024;
    private static final int KEEPALIVE_SECONDS = 25;
    private static final int KEEPALIVE_TIMEOUT_SECONDS = 10;
    private static final int CONNECT_MILLIS = 5_000;

    private final NodeIdentity identity;
    private final ScheduledExecutorService configThread;
    private final Supplier<List<SnapshotProblem>> problems;
    private final LastGoodSnapshot lastGood;
    private final SnapshotApplier applier;
    private final StatsReporter reporter;
    private final SnapshotClient client;

    /**
     * What the node gives to its end of the wire.
     *
     * @param dataDir an existing folder that only this process writes to
     * @param problems what the active version is served without
     * @param beforeActive called on the config thread when every event loop serves a version,
     *     before anybody is told so
     */
    public record Parts(
            NodeIdentity identity,
            DiscoveryOptions options,
            Path dataDir,
            SnapshotCompiler compiler,
            SnapshotSwitch snapshotSwitch,
            TlsContexts tls,
            StatsCollector collector,
            Supplier<List<EndpointHealth>> health,
            Supplier<List<SnapshotProblem>> problems,
            DrainControl drain,
            Listeners listeners,
            Runnable beforeActive,
            ScheduledExecutorService configThread,
            InstantSource clock) {}

    /**
     * Prepares everything, connects to nothing.
     *
     * @param channels opens a channel to a control plane
     * @throws IOException if the folder cannot be read
     */
    public Discovery(Parts parts, Function<HostPort, ManagedChannel> channels) throws IOException {
        this.identity = parts.identity();
        this.configThread = parts.configThread();
        this.problems = parts.problems();
        this.lastGood = new LastGoodSnapshot(parts.dataDir());
        this.applier =
                new SnapshotApplier(
                        parts.compiler(),
                        parts.snapshotSwitch(),
                        lastGood,
                        new RunMarker(parts.dataDir()),
                        configThread,
                        parts.clock(),
                        parts.beforeActive());
        this.reporter =
                new StatsReporter(identity, parts.collector(), parts.health(), configThread);
        this.client =
                new SnapshotClient(
                        identity,
                        parts.options(),
                        applier,
                        parts.drain(),
                        problems,
                        reporter,
                        new Answerer(identity, parts.listeners()),
                        parts.tls(),
                        channels,
                        configThread,
                        new SecureRandom());
    }

    /** Channels in clear text whose work is done on these event loops, which must be NIO's. */
    public static Function<HostPort, ManagedChannel> channels(EventLoopGroup loops) {
        return address ->
                NettyChannelBuilder.forAddress(address.host(), address.port())
                        .usePlaintext()
                        .eventLoopGroup(loops)
                        .channelType(NioSocketChannel.class)
                        .withOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
                        .directExecutor()
                        .keepAliveTime(KEEPALIVE_SECONDS, TimeUnit.SECONDS)
                        .keepAliveTimeout(KEEPALIVE_TIMEOUT_SECONDS, TimeUnit.SECONDS)
                        .maxInboundMessageSize(MESSAGE_BYTES_MAX)
                        .build();
    }

    /**
     * Applies what is on disk, then connects.
     *
     * @param admin the address of the admin door
     * @return completes when the disk's snapshot serves, or there is none that can
     */
    public CompletableFuture<Void> start(HostPort admin) {
        CompletableFuture<Void> fromDisk = new CompletableFuture<>();
        configThread.execute(() -> startFrom(lastGood.load(applier.suspect()), fromDisk));
        return fromDisk.whenCompleteAsync((nothing, failure) -> client.start(admin), configThread);
    }

    /** What every event loop serves. */
    public Optional<SnapshotVersion> activeVersion() {
        return applier.active().map(SnapshotState::version);
    }

    /** Whether the control plane has said that it has nothing for this node. */
    public boolean isNothingConfigured() {
        return client.isNothingConfigured();
    }

    /** Whether a control plane is there. */
    public boolean isConnected() {
        return client.isConnected();
    }

    /** What the node serves, as JSON without secrets. */
    public CompletableFuture<String> config() {
        return CompletableFuture.supplyAsync(
                () -> RunningConfig.json(identity.name(), applier.active(), problems.get()),
                configThread);
    }

    /** Tells the control plane how the drain stands. */
    public void drainChanged(DrainControl.Status status) {
        configThread.execute(
                () -> {
                    SnapshotStream stream = client.stream();
                    if (stream != null) {
                        stream.tellDrain(status);
                    }
                });
    }

    /** Tells the control plane that what the active version is served without has changed. */
    public void problemsChanged() {
        configThread.execute(
                () -> {
                    SnapshotStream stream = client.stream();
                    if (stream != null) {
                        stream.tellProblems();
                    }
                });
    }

    /** Tells the control plane soon that an endpoint's health has changed. */
    public void healthChanged() {
        configThread.execute(reporter::healthChanged);
    }

    /**
     * Ends the streams and leaves word of a clean stop. Blocks until done, bounded by the config
     * thread's work.
     */
    @Override
    public void close() {
        CompletableFuture.runAsync(
                        () -> {
                            client.close();
                            applier.stopped();
                        },
                        configThread)
                .join();
    }

    private void startFrom(Optional<SnapshotState> onDisk, CompletableFuture<Void> done) {
        if (onDisk.isEmpty()) {
            done.complete(null);
            return;
        }
        SnapshotState state = onDisk.get();
        LOG.info("event=start-from-disk version={}", state.version());
        applier.submit(
                SnapshotApplier.Mode.RESTORE,
                nothing -> new SnapshotState.Outcome.Verified(state),
                new SnapshotApplier.Progress() {
                    @Override
                    public void active(SnapshotVersion version) {
                        done.complete(null);
                    }

                    @Override
                    public void refused(Refusal refusal) {
                        startFrom(lastGood.loadPrevious(state.version()), done);
                    }
                });
    }
}
