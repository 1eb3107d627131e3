package io.sluice.it.l4;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sluice.it.harness.Await;
import io.sluice.it.harness.NodeProcess;
import io.sluice.it.harness.RawClient;
import io.sluice.it.harness.ScriptedUpstream;
import io.sluice.it.harness.TestFleet;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A node that runs out of file descriptors. */
final class ExhaustionIT {
    private static final Path PRLIMIT = Path.of("/usr/bin/prlimit");

    /** Descriptors that are left when the limit is set. */
    private static final int LEFT = 24;

    private static final String REQUEST = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    @Test
    void acceptingPausesAndRecoversAndWhoIsThereIsServed(@TempDir Path directory) throws Exception {
        assumeTrue(Files.isExecutable(PRLIMIT), "needs prlimit of util-linux");
        try (TestFleet fleet = new TestFleet(directory, 1)) {
            ScriptedUpstream echo = fleet.own(new ScriptedUpstream(ExhaustionIT::echo));
            fleet.apply(
                    """
                    kind: Listener
                    name: web
                    spec: { address: "127.0.0.1:0", http: {} }
                    ---
                    kind: Listener
                    name: l4
                    spec: { address: "127.0.0.1:0", tcp: { forward: { cluster: echo } } }
                    ---
                    kind: Cluster
                    name: echo
                    spec: { endpoints: [{ address: "%s" }] }
                    ---
                    kind: Route
                    name: all
                    spec:
                      listeners: [web]
                      rules: [{ name: all, reply: { status: 200, body: "here" } }]
                    """
                            .formatted(echo.address()));
            NodeProcess node = fleet.node(1);
            List<RawClient> idle = new ArrayList<>();
            try (RawClient http = new RawClient(node.listener("web"));
                    RawClient tcp = new RawClient(node.listener("l4"))) {
                assertServed(http, tcp);
                limitDescriptors(node.program().pid());
                while (paused(node) == 0) {
                    assertThat(idle)
                            .as("connections beyond all descriptors")
                            .hasSizeLessThan(1_000);
                    idle.add(new RawClient(node.listener("web")));
                }
                assertThat(metric(node, "sluice_accept_pauses_total{reason=\"descriptors\"}"))
                        .isPositive();
                Await.until("it says so", () -> node.program().log().contains("ulimit -n"));
                assertThat(node.program().log()).contains("event=accept-paused");
                // There is a reserve for those who want to know.
                assertThat(freshMetrics(node)).contains("sluice_accept_pauses_total");
                assertServed(http, tcp);

                for (RawClient client : idle) {
                    client.close();
                }
                Await.until("the node accepts again", () -> paused(node) == 0);
                Await.until(
                        "it says so", () -> node.program().log().contains("event=accept-resumed"));
                try (RawClient fresh = new RawClient(node.listener("web"))) {
                    assertThat(fresh.send(REQUEST).readResponse()).endsWith("here");
                }
                assertServed(http, tcp);
            } finally {
                for (RawClient client : idle) {
                    client.close();
                }
            }
        }
    }

    private static void echo(Socket connection) throws IOException {
        connection.getInputStream().transferTo(connection.getOutputStream());
    }

    private static String freshMetrics(NodeProcess node) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                            HttpRequest.newBuilder(node.adminUrl("/metrics")).build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body();
        }
    }

    private static void assertServed(RawClient http, RawClient tcp) throws IOException {
        assertThat(http.send(REQUEST).readResponse()).endsWith("here");
        assertThat(tcp.send("ping\n").readUntil("\n")).isEqualTo("ping\n");
    }

    private static void limitDescriptors(long pid) throws Exception {
        long open;
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/" + pid + "/fd"))) {
            open = descriptors.count();
        }
        Process prlimit =
                new ProcessBuilder(
                                PRLIMIT.toString(),
                                "--pid",
                                Long.toString(pid),
                                "--nofile=" + (open + LEFT))
                        .inheritIO()
                        .start();
        assertThat(prlimit.waitFor()).isZero();
    }

    private static long paused(NodeProcess node) {
        return metric(node, "sluice_accept_paused");
    }

    private static long metric(NodeProcess node, String name) {
        return node.admin("GET", "/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToLong(line -> (long) Double.parseDouble(line.substring(name.length() + 1)))
                .findFirst()
                .orElseThrow();
    }
}
