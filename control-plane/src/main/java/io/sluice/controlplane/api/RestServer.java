package io.sluice.controlplane.api;

import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.sluice.controlplane.fleet.Fleet;
import io.sluice.controlplane.fleet.StatsHistory;
import io.sluice.controlplane.storage.ResourceStore;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;

import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The REST door. Owns its Vert.x, event loops and workers included; store and fleet are the
 * caller's. To be started once and closed once, by one thread.
 */
public final class RestServer implements AutoCloseable {
    private static final int EVENT_LOOPS = 2;
    private static final int WORKERS = 4;
    private static final int URI_BYTES_MAX = 16 * 1024;
    private static final int HEAD_BYTES_MAX = 32 * 1024;
    private static final int CLOSE_SECONDS_MAX = 5;

    private final RestOptions options;
    private final Vertx vertx;
    private final Router router;
    private final HttpServer server;
    private final List<RestOperation> operations = new ArrayList<>();
    private final EventApi events;
    private final Fleet.Subscription fleetEvents;
    private final AtomicInteger connections = new AtomicInteger();
    private volatile boolean closing;

    /**
     * Builds everything; nothing is bound yet.
     *
     * @param registry where all of the control plane's metrics are registered; JVM metrics are
     *     added here
     */
    public RestServer(
            RestOptions options,
            ResourceStore store,
            Fleet fleet,
            StatsHistory stats,
            PrometheusRegistry registry,
            InstantSource clock) {
        this.options = options;
        this.vertx = vertx();
        WorkerExecutor workers =
                vertx.createSharedWorkerExecutor("sluice-rest", WORKERS, 1, TimeUnit.HOURS);
        WorkerExecutor backupWorker =
                vertx.createSharedWorkerExecutor("sluice-backup", 1, 1, TimeUnit.HOURS);
        RestMetrics metrics = new RestMetrics(registry, System::nanoTime);
        Responder responder = new Responder(() -> store.current().revision());
        Writes writes = new Writes(store, metrics);
        long firstEventId = clock.millis() * 1_000;
        this.events =
                new EventApi(
                        vertx,
                        fleet,
                        clock,
                        new EventRing(options.eventsKept(), firstEventId),
                        responder,
                        options);
        store.onCommit(events::onCommit);
        this.fleetEvents = fleet.onChange(events::onFleet);
        JvmMetrics.builder().register(registry);
        StateMetrics.register(registry, store, fleet, events::streams, connections::get);
        operations.addAll(new SplitApi(store, writes).operations());
        operations.addAll(new ResourceApi(store, writes).operations());
        operations.addAll(new ChangeSetApi(writes).operations());
        operations.addAll(new RevisionApi(store, fleet, writes).operations());
        operations.addAll(new NodeApi(store, fleet).operations());
        operations.addAll(new ConnectionApi(fleet).operations());
        operations.addAll(new StatusApi(store, fleet, clock.instant()).operations());
        operations.addAll(new StatsApi(stats, fleet).operations());
        operations.addAll(events.operations());
        operations.addAll(new BackupApi(vertx, store, responder, backupWorker).operations());
        operations.addAll(
                new ProbeApi(registry, () -> closing ? List.of("shutting down") : List.of())
                        .operations());
        operations.addAll(OpenApi.operations(operations));
        this.router = new ApiRouter(operations, responder, workers, metrics, options).build(vertx);
        this.server =
                vertx.createHttpServer(serverOptions(options))
                        .connectionHandler(this::admit)
                        .invalidRequestHandler(responder::refuseInvalid)
                        .requestHandler(router);
    }

    private static Vertx vertx() {
        FileSystemOptions noFiles =
                new FileSystemOptions()
                        .setFileCachingEnabled(false)
                        .setClassPathResolvingEnabled(false);
        return Vertx.vertx(
                new VertxOptions()
                        .setEventLoopPoolSize(EVENT_LOOPS)
                        .setWorkerPoolSize(WORKERS)
                        .setInternalBlockingPoolSize(WORKERS)
                        .setFileSystemOptions(noFiles));
    }

    private static HttpServerOptions serverOptions(RestOptions options) {
        return new HttpServerOptions()
                .setHost(options.host())
                .setPort(options.port())
                .setMaxInitialLineLength(URI_BYTES_MAX)
                .setMaxHeaderSize(HEAD_BYTES_MAX)
                .setIdleTimeoutUnit(TimeUnit.MILLISECONDS)
                .setIdleTimeout((int) options.idleTimeout().toMillis())
                .setHttp2ClearTextEnabled(false)
                .setCompressionSupported(true)
                .setTcpNoDelay(true);
    }

    /**
     * Binds and serves.
     *
     * @return where; the port is the real one
     * @throws IllegalStateException if the address cannot be bound; the message is for the operator
     */
    public InetSocketAddress start() {
        try {
            server.listen().toCompletionStage().toCompletableFuture().join();
        } catch (CompletionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new IllegalStateException(
                    "cannot listen on "
                            + options.host()
                            + ":"
                            + options.port()
                            + ": "
                            + cause.getMessage(),
                    cause);
        }
        return new InetSocketAddress(options.host(), server.actualPort());
    }

    private void admit(HttpConnection connection) {
        connection.closeHandler(closed -> connections.decrementAndGet());
        if (connections.incrementAndGet() > options.connectionsMax()) {
            connection.close();
        }
    }

    /** All operations, for tests. */
    List<RestOperation> operations() {
        return List.copyOf(operations);
    }

    /** The names of all routes, for tests. */
    List<String> routeNames() {
        return router.getRoutes().stream()
                .map(Route::getName)
                .filter(name -> name != null && !name.startsWith("/"))
                .toList();
    }

    /** Event streams open, for tests. */
    int eventStreams() {
        return events.streams();
    }

    /** Stops accepting, ends the event streams and waits a moment for what is under way. */
    @Override
    public void close() {
        closing = true;
        fleetEvents.close();
        vertx.close()
                .toCompletionStage()
                .toCompletableFuture()
                .completeOnTimeout(null, CLOSE_SECONDS_MAX, TimeUnit.SECONDS)
                .join();
    }
}
