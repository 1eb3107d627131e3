package io.sluice.dataplane;

import io.sluice.dataplane.discovery.TrainingControlPlane;
import io.sluice.dataplane.net.Transport;
import io.sluice.proto.HostPort;
import io.sluice.proto.options.StartFailure;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The run of which an AOT cache is made ({@code sluice-node --train DIR}): a node takes a snapshot
 * from a control plane in this process, relays traffic of this process, over HTTP/2 to itself as
 * well, starts again from disk and ends. So the classes of these paths are in the cache, and
 * profiles of what is hot on them.
 */
final class Training {
    private static final int CONNECTIONS = 8;

    // Of each connection, to each listener.
    private static final int REQUESTS = 6_000;
    private static final int CHURN = 1_000;
    private static final int BODIES = 40;
    private static final int HTTP2_REQUESTS = 3_000;
    private static final int WAIT_SECONDS = 60;

    private Training() {}

    /** Runs all of it, with a data directory below {@code directory}; 0, or 1 if it failed. */
    static int run(Path directory) {
        return run(directory, 1);
    }

    /** The same with one of so many requests. */
    static int run(Path directory, int divisor) {
        try (TrainingTraffic traffic = new TrainingTraffic()) {
            live(directory, traffic, (node, ends) -> drive(node, ends, divisor));
            live(directory, traffic, Training::look);
            return 0;
        } catch (IOException | ExecutionException | TimeoutException | StartFailure e) {
            System.err.println("sluice-node: cannot train: " + e);
            return 1;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 1;
        }
    }

    /** A node's life; the second one starts from what the first left on disk. */
    private static void live(Path directory, TrainingTraffic traffic, Work work)
            throws IOException, InterruptedException, ExecutionException, TimeoutException {
        try (TrainingControlPlane controlPlane =
                        new TrainingControlPlane(traffic.upstream(), traffic.relay());
                Node node = new Node(options(directory, controlPlane.address()))) {
            node.start();
            controlPlane.active().get(WAIT_SECONDS, TimeUnit.SECONDS);
            work.run(node, traffic);
        }
    }

    private static void drive(Node node, TrainingTraffic traffic, int divisor)
            throws IOException, InterruptedException, ExecutionException, TimeoutException {
        for (String listener : List.of("web", "tcp")) {
            HostPort door = node.listenerAddress(listener);
            beside(() -> traffic.keepAlive(door, REQUESTS / divisor));
            beside(() -> traffic.churn(door, CHURN / divisor));
            beside(() -> traffic.bodies(door, "/any", BODIES / divisor));
        }
        HostPort web = node.listenerAddress("web");
        traffic.relayTo(web);
        beside(() -> traffic.overHttp2(web, HTTP2_REQUESTS / divisor));
        beside(() -> traffic.bodies(web, "/h2h2", BODIES / divisor));
        look(node, traffic);
    }

    /** What is refused, and what the admin door says. */
    private static void look(Node node, TrainingTraffic traffic) throws IOException {
        HostPort web = node.listenerAddress("web");
        traffic.exchange(web, "GET / HTTP/1.0\r\n\r\n");
        traffic.exchange(web, "GET / HTTP/1.1\r\n\r\n");
        for (String path : List.of("/readyz", "/metrics", "/config")) {
            traffic.exchange(
                    node.adminAddress(),
                    "GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
        }
    }

    private static void beside(Part part)
            throws InterruptedException, ExecutionException, TimeoutException {
        List<CompletableFuture<Void>> parts = new ArrayList<>();
        for (int i = 0; i < CONNECTIONS; i++) {
            CompletableFuture<Void> done = new CompletableFuture<>();
            parts.add(done);
            Thread.ofPlatform().daemon().start(() -> complete(done, part));
        }
        CompletableFuture.allOf(parts.toArray(new CompletableFuture<?>[0]))
                .get(WAIT_SECONDS, TimeUnit.SECONDS);
    }

    private static void complete(CompletableFuture<Void> done, Part part) {
        try {
            part.run();
            done.complete(null);
        } catch (IOException | RuntimeException e) {
            done.completeExceptionally(e);
        }
    }

    private static NodeOptions options(Path directory, HostPort controlPlane) {
        return new NodeOptions(
                List.of(controlPlane),
                "training",
                Map.of(),
                new HostPort("127.0.0.1", 0),
                directory.resolve("data"),
                1,
                Transport.AUTO,
                Duration.ZERO,
                Duration.ZERO,
                directory.resolve("access.log").toString(),
                1 << 20,
                1,
                null,
                1_000,
                null);
    }

    private interface Work {
        void run(Node node, TrainingTraffic traffic)
                throws IOException, InterruptedException, ExecutionException, TimeoutException;
    }

    private interface Part {
        void run() throws IOException;
    }
}
