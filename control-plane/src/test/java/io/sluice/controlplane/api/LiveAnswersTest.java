package io.sluice.controlplane.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.controlplane.fleet.FleetView;
import io.sluice.controlplane.fleet.NodeState;
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

/** What the server answers is what its openapi.json promises. */
final class LiveAnswersTest {
    private static final String SHOP =
            """
            kind: Listener
            name: web
            spec:
              address: 127.0.0.1:8080
              http: { timeouts: { idle: 30s }, limits: { headBytes: 32KiB }, via: false }
            ---
            kind: Route
            name: shop
            labels: { team: shop }
            spec:
              listeners: [web]
              hosts: ["*.example"]
              rules:
                - name: checkout
                  match: { path: { prefix: /checkout }, methods: [GET], headers: [{ name: x, present: true }] }
                  forward: { split: [{ cluster: a, weight: 1 }, { cluster: b }] }
                  timeouts: { responseHead: 5s }
                  retry: { attempts: 2, on: [connect] }
                - name: gone
                  reply: { status: 410, body: gone }
                - name: moved
                  match: { path: { regex: "/x.*" } }
                  redirect: { status: 301, path: /y }
            ---
            kind: Cluster
            name: a
            spec:
              endpoints: [{ address: "127.0.0.1:1", weight: 2 }]
              loadBalancer: { leastRequest: {} }
              healthCheck: { http: { path: /healthz }, interval: 2s }
            ---
            kind: Cluster
            name: b
            spec: { endpoints: [{ address: "127.0.0.1:2" }] }
            """;

    private static RestFixture rest;
    private static JsonObject document;

    @BeforeAll
    static void open(@TempDir Path path) {
        rest = new RestFixture(path);
        rest.apply(SHOP);
        rest.send(
                "POST",
                "/api/v1/routes/shop:weights",
                "{\"rule\":\"checkout\",\"weights\":{\"b\":10}}",
                "Content-Type",
                "application/json");
        rest.fleet.publish(
                new FleetView(
                        List.of(
                                TestNodes.withProblems(
                                        TestNodes.node("node-1", NodeState.CONNECTED, 1),
                                        1,
                                        List.of(
                                                new ReportedProblem(
                                                        "listener",
                                                        "web",
                                                        "address",
                                                        "BIND_FAILED",
                                                        "in use")))),
                        2),
                List.of());
        TestNodes.report(rest.stats, "node-1", 500);
        document = rest.get("/api/v1/openapi.json").json();
    }

    @AfterAll
    static void close() {
        rest.close();
    }

    @ParameterizedTest
    @CsvSource({
        "/api/v1/listeners, /api/v1/listeners",
        "/api/v1/routes, /api/v1/routes",
        "/api/v1/clusters, /api/v1/clusters",
        "/api/v1/certificates, /api/v1/certificates",
        "/api/v1/routes/{name}, /api/v1/routes/shop",
        "/api/v1/clusters/{name}, /api/v1/clusters/a",
        "/api/v1/nodes, /api/v1/nodes",
        "/api/v1/nodes/{name}, /api/v1/nodes/node-1",
        "/api/v1/canaries, /api/v1/canaries",
        "/api/v1/revisions, /api/v1/revisions",
        "/api/v1/revisions/{revision}, /api/v1/revisions/1",
        "/api/v1/revisions/{revision}, /api/v1/revisions/2?view=activation",
        "'/api/v1/revisions/{from}..{to}/diff', '/api/v1/revisions/1..2/diff'",
        "/api/v1/stats, /api/v1/stats?window=60s",
        "/api/v1/status, /api/v1/status",
        "/readyz, /readyz",
        "/api/v1/routes/{name}, /api/v1/routes/nothing",
        "/api/v1/routes, /api/v1/routes?pageSize=x",
        "/api/v1/revisions/{revision}, /api/v1/revisions/99",
    })
    void readsFitTheirSchemas(String template, String path) {
        fits(template, "get", rest.get(path));
    }

    @Test
    void writesFitTheirSchemas() {
        String[] yaml = {"Content-Type", "application/yaml"};
        String[] json = {"Content-Type", "application/json"};
        String changes = "/api/v1/changesets";
        fits(changes, "post", rest.send("POST", changes + "?dryRun=true", twoClusters(), yaml));
        fits(changes, "post", rest.send("POST", changes, SHOP, yaml)); // weights are owned
        fits(changes, "post", rest.send("POST", changes, "kind: Clustr\nspec: [", yaml));
        fits(changes, "post", rest.send("POST", changes, twoClusters(), yaml));
        String one = "/api/v1/clusters/{name}";
        fits(one, "put", rest.send("PUT", "/api/v1/clusters/c", RestFixture.CLUSTER, json));
        fits(one, "put", rest.send("PUT", "/api/v1/clusters/d", RestFixture.CLUSTER, json));
        fits(one, "patch", rest.send("PATCH", "/api/v1/clusters/d", "{\"labels\":{}}", json));
        fits(one, "patch", rest.send("PATCH", "/api/v1/clusters/d", "{\"spec\":{\"x\":1}}", json));
        fits(one, "delete", rest.send("DELETE", "/api/v1/clusters/d", ""));
        fits(one, "delete", rest.send("DELETE", "/api/v1/clusters/a", ""));
        fits(
                "/api/v1/revisions/{revision}:rollback",
                "post",
                rest.send("POST", "/api/v1/revisions/3:rollback?dryRun=true", ""));
        fits(
                "/api/v1/nodes/{name}:drain",
                "post",
                rest.send("POST", "/api/v1/nodes/node-1:drain", ""));
    }

    @Test
    void theCheckFindsWhatIsNotPromised() {
        JsonObject schema = schema("/api/v1/status", "get", 200, "application/json");
        JsonObject answer = rest.get("/api/v1/status").json();
        assertThat(SchemaCheck.errors(document, schema, answer.copy().put("extra", 1)))
                .containsExactly("$.extra: additionalProperties: 1");
        answer.put("epoch", "x").remove("revision");
        assertThat(SchemaCheck.errors(document, schema, answer)).hasSize(2);
    }

    private static String twoClusters() {
        return "kind: Cluster\nname: c\nspec: {}\n---\nkind: Cluster\nname: e\nspec: {}\n";
    }

    private static void fits(String template, String method, RestFixture.Answer answer) {
        String type = answer.header("Content-Type");
        JsonObject schema = schema(template, method, answer.status(), type);
        assertThat(SchemaCheck.errors(document, schema, answer.json()))
                .as("%s %s %s: %s", method, template, answer.status(), answer.text())
                .isEmpty();
    }

    private static JsonObject schema(String template, String method, int status, String type) {
        JsonObject responses =
                document.getJsonObject("paths")
                        .getJsonObject(template)
                        .getJsonObject(method)
                        .getJsonObject("responses");
        String key = responses.containsKey("" + status) ? "" + status : "default";
        return responses
                .getJsonObject(key)
                .getJsonObject("content")
                .getJsonObject(type)
                .getJsonObject("schema");
    }
}
