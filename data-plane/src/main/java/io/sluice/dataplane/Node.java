package io.sluice.dataplane;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.sluice.dataplane.admin.AdminServer;
import io.sluice.dataplane.cluster.Clusters;
import io.sluice.dataplane.discovery.Discovery;
import io.sluice.dataplane.discovery.DiscoveryOptions;
import io.sluice.dataplane.discovery.NodeIdentity;
import io.sluice.dataplane.listener.ListenerOptions;
import io.sluice.dataplane.listener.Listeners;
import io.sluice.dataplane.net.EventLoops;
import io.sluice.dataplane.net.PerLoop;
import io.sluice.dataplane.net.SocketSupport;
import io.sluice.dataplane.snapshot.SnapshotCompiler;
import io.sluice.dataplane.snapshot.SnapshotProblem;
import io.sluice.dataplane.snapshot.SnapshotSwitch;
import io.sluice.dataplane.telemetry.AccessLog;
import io.sluice.dataplane.telemetry.AccessLogWriter;
import io.sluice.dataplane.telemetry.LoopMeters;
import io.sluice.dataplane.telemetry.NodeMetrics;
import io.sluice.dataplane.telemetry.StatsCollector;
import io.sluice.dataplane.tls.TlsContexts;
import io.sluice.proto.HostPort;
import io.sluice.proto.SoftwareVersion;
import io.sluice.proto.options.StartFailure;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * One node: builds everything in the order in which it depends on each other, and closes it the
 * other way round. Safe on any thread; {@link #start} is called once.
 */
public final class Node implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Node.class);

    /** Rows of statistics, of each sort, on one loop and in one window. */
    private static final int METER_KEYS_MAX = 65_536;

    private static final long STOP_SLACK_MILLIS = 5_000;

    private final NodeOptions options;
    private final Deque<Runnable> closers = new ArrayDeque<>();
    private final AccessLog accessLog;
    private final Listeners listeners;
    private final NodeDrain drain;
    private final Discovery discovery;
    private final AdminServer admin;
    private final ReadyFile readyFile;

    /**
     * Builds a node and binds its admin door; nothing is served yet.
     *
     * @throws StartFailure with one sentence for the operator
     */
    public Node(NodeOptions options) {
        this.options = options;
        try {
            DataDir dataDir = DataDir.open(options.dataDir());
            closers.push(dataDir::close);
            EventLoops loops = EventLoops.open(options.transport(), options.eventLoops());
            closers.push(loops::close);
            accessLog = accessLog(options);
            closers.push(accessLog::close);
            List<LoopMeters> meterList = new ArrayList<>();
            PerLoop<LoopMeters> meters =
                    PerLoop.create(loops, loop -> new LoopMeters(loop::execute, METER_KEYS_MAX));
            meters.forEach(meterList::add);
            StatsCollector collector =
                    new StatsCollector(meterList, InstantSource.system(), METER_KEYS_MAX);
            Clusters clusters =
                    new Clusters(loops, meters, InetAddress::getAllByName, InstantSource.system());
            closers.push(clusters::close);
            listeners =
                    new Listeners(
                            loops,
                            new ListenerOptions(options.bind(), options.connectionsMax()),
                            meters,
                            accessLog,
                            InstantSource.system());
            closers.push(listeners::close);
            ScheduledExecutorService configThread = configThread();
            closers.push(configThread::shutdownNow);
            EventLoopGroup sideLoop =
                    new MultiThreadIoEventLoopGroup(
                            1,
                            new DefaultThreadFactory("sluice-side", true),
                            NioIoHandler.newFactory());
            closers.push(
                    () ->
                            sideLoop.shutdownGracefully(0, 1, TimeUnit.SECONDS)
                                    .awaitUninterruptibly(2_000));
            drain =
                    new NodeDrain(
                            listeners,
                            options.drainDelay(),
                            options.drainTime(),
                            InstantSource.system(),
                            configThread);
            TlsContexts tls = TlsContexts.open();
            readyFile = new ReadyFile(options.readyFile());
            discovery =
                    new Discovery(
                            new Discovery.Parts(
                                    new NodeIdentity(
                                            options.name(),
                                            UUID.randomUUID().toString(),
                                            options.labels()),
                                    DiscoveryOptions.to(options.controlPlanes()),
                                    dataDir.path(),
                                    new SnapshotCompiler(clusters, tls, new SocketSupport(loops)),
                                    new SnapshotSwitch(loops, clusters, listeners, configThread),
                                    tls,
                                    collector,
                                    clusters::health,
                                    () ->
                                            listeners.problems().stream()
                                                    .map(SnapshotProblem::of)
                                                    .toList(),
                                    drain,
                                    listeners,
                                    this::writeReadyFile,
                                    configThread,
                                    InstantSource.system()),
                            Discovery.channels(sideLoop));
            closers.push(discovery::close);
            NodeMetrics metrics =
                    new NodeMetrics(
                            collector,
                            accessLog,
                            new ProcessMetrics(discovery, drain, listeners)::write);
            admin =
                    AdminServer.open(
                            sideLoop, options.admin(), new LocalDoor(discovery, drain, metrics));
            closers.push(admin::close);
            drain.onChange(discovery::drainChanged);
            clusters.onHealthChange(health -> discovery.healthChanged());
            clusters.onLeave(listeners);
            listeners.onProblemsChange(() -> configThread.execute(this::listenersChanged));
        } catch (IOException e) {
            close();
            throw new StartFailure(String.valueOf(e.getMessage()), e);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /** Serves what is on disk, then what the control plane says. Returns at once. */
    public void start() {
        LOG.info(
                "event=start name={} version={} admin={} data-dir={}",
                options.name(),
                SoftwareVersion.current(),
                admin.address(),
                options.dataDir());
        writeReadyFile();
        var _ = discovery.start(admin.address());
    }

    /** Where the admin door is. */
    public HostPort adminAddress() {
        return admin.address();
    }

    /** Where a listener that the node serves is bound. */
    HostPort listenerAddress(String name) {
        return Optional.ofNullable(listeners.addresses().get(name))
                .flatMap(HostPort::parse)
                .orElseThrow(() -> new IllegalArgumentException("no listener " + name));
    }

    /** Opens the access log by its name again. */
    public void reopenAccessLog() {
        accessLog.reopen();
    }

    /** Drains, waits for what is in flight as long as the options allow, then closes. Blocks. */
    public void stop() {
        LOG.info("event=stop");
        CompletableFuture<Void> drained = drain.stop();
        try {
            drained.get(
                    options.drainDelay().plus(options.drainTime()).toMillis() + STOP_SLACK_MILLIS,
                    TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            LOG.warn("event=drain-unfinished problem=\"{}\"", e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        close();
        LOG.info("event=stopped");
    }

    /** Cuts what a drain still waits for. */
    public void cut() {
        LOG.info("event=cut");
        listeners.cut();
    }

    /** Closes everything at once, in reverse order; what is in flight is cut. */
    @Override
    public void close() {
        while (!closers.isEmpty()) {
            closers.pop().run();
        }
    }

    private void listenersChanged() {
        writeReadyFile();
        discovery.problemsChanged();
    }

    private void writeReadyFile() {
        readyFile.write(admin.address(), listeners.addresses());
    }

    private static AccessLog accessLog(NodeOptions options) {
        return switch (options.accessLog()) {
            case "off" -> AccessLog.off();
            case "stdout" -> AccessLogWriter.toStream(System.out);
            default -> accessLogFile(options);
        };
    }

    private static AccessLog accessLogFile(NodeOptions options) {
        try {
            return AccessLogWriter.toFile(
                    Path.of(options.accessLog()),
                    options.accessLogBytesMax(),
                    options.accessLogFilesMax());
        } catch (IOException e) {
            throw new StartFailure(
                    "--access-log " + options.accessLog() + " cannot be opened: " + e, e);
        }
    }

    private static ScheduledExecutorService configThread() {
        // What arrives after the end has nobody left to do it for.
        return new ScheduledThreadPoolExecutor(
                1,
                Thread.ofPlatform().name("sluice-config").daemon().factory(),
                new ThreadPoolExecutor.DiscardPolicy());
    }
}
