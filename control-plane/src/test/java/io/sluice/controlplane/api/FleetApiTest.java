package io.sluice.controlplane.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.controlplane.api.RestFixture.Answer;
import io.sluice.controlplane.fleet.FleetView;
import io.sluice.controlplane.fleet.NodeState;
import io.sluice.controlplane.fleet.NodeView;
import io.sluice.controlplane.fleet.ReportedProblem;
import io.vertx.core.json.JsonObject;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.file.Path;
import java.util.List;

/** Nodes, status and statistics, as the fleet publishes them. */
final class FleetApiTest {
    private static RestFixture rest;

    @BeforeAll
    static void open(@TempDir Path path) {
        rest = new RestFixture(path);
        rest.apply("kind: Cluster\nname: a\nspec: { endpoints: [] }\n");
        NodeView good = TestNodes.node("node-1", NodeState.CONNECTED, 1);
        NodeView bad =
                TestNodes.withProblems(
                        TestNodes.node("node-2", NodeState.CONNECTED, 0),
                        1,
                        List.of(
                                new ReportedProblem(
                                        "listener", "web", "address", "BIND_FAILED", "in use")));
        NodeView gone = TestNodes.node("node-3", NodeState.GONE, 0);
        rest.fleet.publish(new FleetView(List.of(good, bad, gone), 1), List.of());
    }

    @AfterAll
    static void close() {
        rest.close();
    }

    @Test
    void nodesAreListedAndFiltered() {
        JsonObject all = rest.get("/api/v1/nodes").json();
        assertThat(all.getInteger("totalSize")).isEqualTo(3);
        JsonObject node = all.getJsonArray("items").getJsonObject(1);
        assertThat(node.getString("state")).isEqualTo("connected");
        assertThat(node.getLong("wantedRevision")).isEqualTo(1);
        assertThat(node.getLong("activeRevision")).isZero();
        JsonObject problem = node.getJsonArray("problems").getJsonObject(0);
        assertThat(problem.getMap())
                .containsEntry("kind", "Listener")
                .containsEntry("name", "web")
                .containsEntry("code", "BIND_FAILED");
        JsonObject endpoint = node.getJsonArray("endpoints").getJsonObject(0);
        assertThat(endpoint.getMap())
                .containsEntry("cluster", "a")
                .containsEntry("health", "unhealthy")
                .containsKeys("address", "since", "reason");
        assertThat(names("state=gone")).containsExactly("node-3");
        assertThat(names("labels.zone=z1 state!=gone")).containsExactly("node-1", "node-2");
        assertThat(names("problem=BIND_FAILED")).containsExactly("node-2");
        assertThat(rest.get("/api/v1/nodes?filter=zone%3Dz1").status()).isEqualTo(400);
    }

    @Test
    void oneNodeIsReadAndAMissingOneSuggested() {
        assertThat(rest.get("/api/v1/nodes/node-1").json().getString("name")).isEqualTo("node-1");
        Answer missing = rest.get("/api/v1/nodes/node1");
        assertThat(missing.status()).isEqualTo(404);
        assertThat(missing.json().getString("detail")).contains("did you mean \"node-1\"?");
    }

    @Test
    void drainIsStoredAndUndrained() {
        Answer drain = rest.send("POST", "/api/v1/nodes/node-1:drain", "");
        assertThat(drain.status()).as(drain.text()).isEqualTo(200);
        assertThat(drain.json().getBoolean("drainWanted")).isTrue();
        assertThat(rest.store.current().drainedNodes()).containsExactly("node-1");
        assertThat(rest.send("POST", "/api/v1/nodes/node-1:drain", "").status()).isEqualTo(200);
        assertThat(
                        rest.send("POST", "/api/v1/nodes/node-1:undrain", "")
                                .json()
                                .getBoolean("drainWanted"))
                .isFalse();
        assertThat(rest.store.current().drainedNodes()).isEmpty();
        assertThat(rest.send("POST", "/api/v1/nodes/nobody:drain", "").status()).isEqualTo(404);
        assertThat(rest.send("POST", "/api/v1/nodes/node-1:drian", "").status()).isEqualTo(404);
    }

    @Test
    void activationCountsConnectedNodes() {
        JsonObject activation =
                rest.get("/api/v1/revisions/1?view=activation").json().getJsonObject("activation");
        assertThat(activation.getInteger("connected")).isEqualTo(2);
        assertThat(activation.getInteger("active")).isEqualTo(1);
        assertThat(activation.getInteger("rejected")).isEqualTo(1);
        assertThat(activation.getJsonArray("nodes")).hasSize(3);
        JsonObject refusing = activation.getJsonArray("nodes").getJsonObject(1);
        assertThat(refusing.getMap()).containsKeys("name", "state", "activeRevision", "problems");
    }

    @Test
    void statusCountsEverything() {
        JsonObject status = rest.get("/api/v1/status").json();
        assertThat(status.getLong("revision")).isEqualTo(rest.store.current().revision());
        assertThat(status.getLong("epoch")).isEqualTo(rest.store.current().epoch());
        assertThat(status.getString("database")).isEqualTo("h2");
        assertThat(status.getJsonObject("resources").getInteger("clusters")).isEqualTo(1);
        assertThat(status.getJsonObject("nodes").getMap())
                .containsEntry("connected", 2)
                .containsEntry("draining", 0)
                .containsEntry("gone", 1)
                .containsEntry("active", 1)
                .containsEntry("rejected", 1);
    }

    @Test
    void statsHaveRatesPerSecond() {
        TestNodes.report(rest.stats, "node-1", 500);
        JsonObject stats = rest.get("/api/v1/stats?window=60s").json();
        assertThat(stats.getMap())
                .containsKeys("from", "to", "windowSeconds", "listeners", "endpoints");
        JsonObject route = stats.getJsonArray("routes").getJsonObject(0);
        assertThat(route.getString("route")).isEqualTo("shop");
        assertThat(route.getLong("requests")).isEqualTo(500);
        assertThat(route.getDouble("requestsPerSecond")).isPositive();
        assertThat(route.getLong("p99Micros")).isPositive();
        assertThat(route.containsKey("node")).isFalse();
        JsonObject byNode =
                rest.get("/api/v1/stats?by=node").json().getJsonArray("routes").getJsonObject(0);
        assertThat(byNode.getString("node")).isEqualTo("node-1");
        assertThat(rest.get("/api/v1/stats?node=node-2").json().getJsonArray("routes")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "window=soon,400",
        "window=1s,400",
        "window=2h,400",
        "by=route,400",
        "node=nobody,404",
        "windw=5s,400"
    })
    void badStatsParametersAreRefused(String query, int status) {
        assertThat(rest.get("/api/v1/stats?" + query).status()).isEqualTo(status);
    }

    private static List<String> names(String filter) {
        String escaped =
                java.net.URLEncoder.encode(filter, java.nio.charset.StandardCharsets.UTF_8);
        return rest.get("/api/v1/nodes?filter=" + escaped).json().getJsonArray("items").stream()
                .map(item -> ((JsonObject) item).getString("name"))
                .toList();
    }
}
