package io.sluice.it.survive;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;

import io.sluice.it.harness.Await;
import io.sluice.it.harness.Load;
import io.sluice.it.harness.NodeProcess;
import io.sluice.it.harness.RawClient;
import io.sluice.it.harness.TestFleet;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

final class SurviveIT {
    @TempDir Path directory;
    private TestFleet fleet;

    @BeforeEach
    void start() {
        fleet = new TestFleet(directory, 1);
        fleet.apply(config("up", fleet.upstream("up").address()));
    }

    @AfterEach
    void stop() throws Exception {
        fleet.close();
    }

    private static String config(String cluster, String address) {
        return """
        kind: Listener
        name: web
        spec: { address: "127.0.0.1:0", http: {} }
        ---
        kind: Route
        name: all
        spec: { listeners: [web], rules: [ { name: all, forward: { cluster: %s } } ] }
        ---
        kind: Cluster
        name: %s
        spec: { endpoints: [ { address: "%s" } ] }
        """
                .formatted(cluster, cluster, address);
    }

    private static String get(NodeProcess node) throws Exception {
        try (RawClient client = new RawClient(node.listener("web"))) {
            return client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").readAll();
        }
    }

    @Test
    void nodesServeWhileTheControlPlaneIsKilledAndFollowItWhenItReturns() {
        NodeProcess node = fleet.node(1);
        try (Load load = new Load(List.of(node.listener("web")), "/", 4)) {
            load.awaitAnswers(100);
            fleet.controlPlane().program().kill();
            load.awaitAnswers(100);
            fleet.controlPlane().restart();
            Await.until("the node is back", () -> connected() == 1);
            fleet.apply(config("other", fleet.upstream("other").address()));
            load.awaitPending().takeBodies();
            assertThat(load.awaitAnswers(100).takeBodies()).containsOnlyKeys("other");
            load.stop();
            assertThat(load.failures()).isEmpty();
        }
    }

    @Test
    void aNodeStartsFromDiskWhileTheControlPlaneIsAway() throws Exception {
        // It says that it is active before it is on the disk.
        Await.until("the state on disk", () -> onDisk(fleet.node(1), "current"));
        fleet.controlPlane().program().kill();
        fleet.node(1).program().kill();

        fleet.node(1).restart();

        fleet.node(1).awaitReady();
        assertThat(get(fleet.node(1))).startsWith("HTTP/1.1 200 ").endsWith("up");
    }

    @Test
    void aNodeThatDiesTwiceSoonAfterAChangeStepsBackAndTakesTheNextOne() throws Exception {
        NodeProcess node = fleet.node(1);
        fleet.apply(config("deadly", fleet.upstream("deadly").address()));
        assertThat(get(node)).endsWith("deadly");
        Await.until(
                "both states on disk", () -> onDisk(node, "previous") && onDisk(node, "current"));
        for (int death = 0; death < 2; death++) {
            node.program().kill();
            node.restart();
            node.awaitReady();
        }

        assertThat(get(node)).endsWith("up");
        Await.until("it is told", () -> problems(node).contains("SUSPECT_VERSION"));
        fleet.apply(config("next", fleet.upstream("next").address()));
        assertThat(get(node)).endsWith("next");
        assertThat(problems(node)).isEqualTo("[]");
    }

    private static boolean onDisk(NodeProcess node, String state) {
        return Files.exists(node.dataDirectory().resolve(state + ".snapshot"));
    }

    private String problems(NodeProcess node) {
        return fleet.controlPlane().get("/nodes/" + node.name()).path("problems").toString();
    }

    @Test
    void aSecondNodeOfTheSameNameIsRefusedAndSaysSo() throws Exception {
        Path elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
        String grpc = fleet.controlPlane().grpc();
        try (NodeProcess second = new NodeProcess(elsewhere, fleet.node(1).name(), grpc)) {
            Await.until(
                    "the refusal",
                    () -> second.program().log().contains("give this one another --name"));
            assertThat(get(fleet.node(1))).endsWith("up");
            assertThat(connected()).isEqualTo(1);
        }
    }

    @Test
    void aCorruptLastGoodFileIsNoReasonToStop() throws Exception {
        fleet.node(1).program().kill();
        try (Stream<Path> files = Files.walk(fleet.node(1).dataDirectory())) {
            for (Path file :
                    files.filter(Files::isRegularFile).filter(f -> Files.isWritable(f)).toList()) {
                if (Files.size(file) > 100) {
                    byte[] bytes = Files.readAllBytes(file);
                    bytes[bytes.length / 2] ^= 0x55;
                    Files.write(file, bytes);
                }
            }
        }

        fleet.node(1).restart();

        fleet.node(1).awaitReady();
        assertThat(get(fleet.node(1))).startsWith("HTTP/1.1 200 ");
    }

    @Test
    void everyAcknowledgedRevisionSurvivesAKill() throws Exception {
        long acknowledged = 0;
        for (int round = 0; round < 3; round++) {
            Writer writer = new Writer();
            Thread thread = Thread.ofVirtual().start(writer);
            long goal = acknowledged + 20;
            Await.until("writes", () -> writer.acknowledged >= goal);
            fleet.controlPlane().program().kill();
            thread.join(Await.DEADLINE);
            acknowledged = writer.acknowledged;
            fleet.controlPlane().restart();

            JsonNode status = fleet.controlPlane().get("/status");
            long stored = status.get("revision").asLong();
            // The one that was under way may have been stored without its answer arriving.
            assertThat(stored).isBetween(acknowledged, acknowledged + 1);
            JsonNode last = fleet.controlPlane().get("/revisions/" + acknowledged);
            assertThat(last.get("message").asText()).isEqualTo("write " + writer.lastWrite);
            for (long revision = 1; revision <= stored; revision++) {
                assertThat(fleet.controlPlane().get("/revisions/" + revision).get("changes"))
                        .isNotEmpty();
            }
        }
    }

    private final class Writer implements Runnable {
        volatile long acknowledged;
        volatile int lastWrite;

        @Override
        public void run() {
            for (int i = 0; ; i++) {
                String body =
                        "{\"kind\":\"Cluster\",\"name\":\"up\",\"spec\":{\"endpoints\":[{\"address\":\"127.0.0.1:"
                                + (1000 + i)
                                + "\"}]}}";
                HttpResponse<String> response;
                try {
                    response =
                            fleet.controlPlane()
                                    .send("PUT", "/clusters/up?message=write%20" + i, body);
                } catch (java.io.UncheckedIOException e) {
                    return;
                }
                if (response.statusCode() == 200) {
                    JsonNode answer = io.sluice.it.harness.Json.parse(response.body());
                    lastWrite = i;
                    acknowledged = answer.get("revision").asLong();
                }
            }
        }
    }

    @Test
    void aCorruptStoreIsRefusedWithTheWayOut() throws Exception {
        fleet.controlPlane().program().kill();
        try (Stream<Path> files = Files.list(fleet.controlPlane().dataDirectory())) {
            for (Path file : files.filter(f -> f.toString().endsWith(".mv.db")).toList()) {
                Files.writeString(file, "this is no database", UTF_8);
            }
        }

        AssertionError refused =
                org.junit.jupiter.api.Assertions.assertThrows(
                        AssertionError.class, () -> fleet.controlPlane().restart());

        assertThat(refused).hasMessageContaining("ended with 1").hasMessageContaining("restore");
    }

    @Test
    void sigtermDrainsAndExitsWithZero() throws Exception {
        try (RawClient idle = new RawClient(fleet.node(1).listener("web"))) {
            idle.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").readResponse();
            fleet.node(1).program().terminate();
            assertThat(idle.readAll()).isEmpty();
        }
        assertThat(fleet.node(1).program().awaitExit()).isZero();
    }

    @Test
    void aPortTakenOnOneNodeHoldsUpNobody() throws Exception {
        try (java.net.ServerSocket other = new java.net.ServerSocket()) {
            other.bind(
                    new java.net.InetSocketAddress(java.net.InetAddress.ofLiteral("127.0.0.1"), 0));
            String taken =
                    """
                    kind: Listener
                    name: taken
                    spec: { address: "127.0.0.1:%d", http: {} }
                    """
                            .formatted(other.getLocalPort());
            var result = fleet.ctl().apply(taken);
            assertThat(result.exit()).isEqualTo(4);
            assertThat(result.err() + result.out()).contains("node-1").contains("taken");
            assertThat(get(fleet.node(1))).startsWith("HTTP/1.1 200 ");
            // Later changes go on.
            fleet.ctl().apply(config("later", fleet.upstream("later").address())).ok();
            assertThat(get(fleet.node(1))).endsWith("later");
        }
        Await.until("the listener binds by itself", () -> fleet.node(1).listener("taken") != null);
    }

    private int connected() {
        return fleet.controlPlane().get("/status").path("nodes").path("connected").asInt();
    }
}
