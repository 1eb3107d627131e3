package io.sluice.controlplane.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.controlplane.api.RestFixture.Answer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.file.Path;

final class ChangeSetApiTest {
    private static final String PATH = "/api/v1/changesets";

    private static RestFixture rest;

    @BeforeAll
    static void open(@TempDir Path path) {
        rest = new RestFixture(path);
    }

    @AfterAll
    static void close() {
        rest.close();
    }

    @Test
    void appliesUpsertsAndDeletesAsOneRevision() {
        rest.send("PUT", "/api/v1/clusters/set-old", RestFixture.CLUSTER);
        Answer answer =
                rest.send(
                        "POST",
                        PATH,
                        """
                        {"message": "swap", "operations": [
                          {"upsert": {"kind": "Cluster", "name": "set-new", "spec": {"endpoints": []}}, "ifMatch": null},
                          {"delete": {"kind": "clusters", "name": "set-old"}}
                        ]}
                        """,
                        "Sluice-Author",
                        "jo");
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        assertThat(answer.json().getJsonArray("changed")).hasSize(2);
        JsonObject revision =
                rest.get("/api/v1/revisions/" + answer.json().getLong("revision")).json();
        assertThat(revision.getString("message")).isEqualTo("swap");
        assertThat(revision.getString("author")).isEqualTo("jo");
        assertThat(revision.getBoolean("authorVerified")).isFalse();
        assertThat(revision.getInteger("created")).isEqualTo(1);
        assertThat(revision.getInteger("deleted")).isEqualTo(1);
        assertThat(revision.getJsonArray("changes")).hasSize(2);
    }

    @Test
    void takesOneResourceOrAList() {
        String one = "{\"kind\":\"Cluster\",\"name\":\"single\",\"spec\":{\"endpoints\":[]}}";
        assertThat(rest.send("POST", PATH, one).json().getJsonArray("changed")).hasSize(1);
        String two =
                "[" + one.replace("single", "first") + "," + one.replace("single", "second") + "]";
        assertThat(rest.send("POST", PATH, two).json().getJsonArray("changed")).hasSize(2);
    }

    @Test
    void oneWrongResourceKeepsAllOut() {
        long before = rest.store.current().revision();
        Answer answer =
                rest.send(
                        "POST",
                        PATH,
                        """
                        kind: Cluster
                        name: half
                        spec: { endpoints: [] }
                        ---
                        kind: Route
                        name: half
                        spec: { listeners: [nowhere], rules: [{ name: all, forward: { cluster: half } }] }
                        """,
                        "Content-Type",
                        "application/yaml");
        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.codes()).containsExactly("MISSING_REFERENCE");
        assertThat(rest.store.current().revision()).isEqualTo(before);
        assertThat(rest.get("/api/v1/clusters/half").status()).isEqualTo(404);
    }

    @Test
    void problemsOfAllStagesComeTogetherWithFileAndLine() {
        Answer answer =
                rest.send(
                        "POST",
                        PATH + "?file=shop.yaml",
                        """
                        kind: Cluster
                        name: typo
                        spec: { endpoint: [] }
                        ---
                        kind: Route
                        name: lost
                        spec:
                          listeners: [nowhere]
                          rules:
                            - name: all
                              forward: { cluster: missing }
                        """,
                        "Content-Type",
                        "application/yaml");
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.codes()).contains("UNKNOWN_FIELD", "MISSING_REFERENCE");
        assertThat(answer.problems())
                .allSatisfy(
                        problem -> {
                            assertThat(problem.getString("file")).isEqualTo("shop.yaml");
                            assertThat(problem.getInteger("line")).isPositive();
                        });
        JsonObject cluster =
                answer.problems().stream()
                        .filter(
                                problem ->
                                        "rules[0].forward.cluster"
                                                .equals(problem.getString("field")))
                        .findFirst()
                        .orElseThrow();
        assertThat(cluster.getInteger("line")).isEqualTo(11);
    }

    @Test
    void pointersLeadIntoTheChangeSet() {
        Answer answer =
                rest.send(
                        "POST",
                        PATH,
                        """
                        {"operations": [
                          {"upsert": {"kind": "Cluster", "name": "fine", "spec": {}}},
                          {"upsert": {"kind": "Cluster", "name": "wrong", "spec": {"connectTimeout": "x"}}},
                          {"delete": {"kind": "Cluser", "name": "a"}},
                          {"upsert": {}, "delete": {}},
                          {"remove": {}}
                        ], "mesage": "x"}
                        """);
        assertThat(answer.status()).isEqualTo(400);
        JsonArray problems = answer.json().getJsonArray("problems");
        assertThat(problems.encode())
                .contains("\"pointer\":\"/operations/1/upsert/spec/connectTimeout\"")
                .contains("\"pointer\":\"/operations/2/delete/kind\"")
                .contains("did you mean \\\"Cluster\\\"?")
                .contains("\"pointer\":\"/operations/3\"")
                .contains("\"pointer\":\"/operations/4/remove\"")
                .contains("did you mean \\\"message\\\"?");
    }

    @Test
    void duplicatesAre422() {
        String twice =
                """
                kind: Cluster
                name: twin
                spec: { endpoints: [] }
                ---
                kind: Cluster
                name: twin
                spec: { endpoints: [] }
                """;
        Answer answer = rest.send("POST", PATH, twice, "Content-Type", "application/yaml");
        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.codes()).containsExactly("DUPLICATE_RESOURCE");
    }

    @Test
    void halfWrittenDocumentIs400WithItsPlace() {
        Answer answer =
                rest.send(
                        "POST",
                        PATH,
                        "kind: Cluster\n"
                                + "name: half-written\n"
                                + "spec:\n"
                                + "  endpoints: [{ address: \"a:1\"",
                        "Content-Type",
                        "application/yaml");
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.problems().getFirst().getInteger("line")).isPositive();
        assertThat(rest.get("/api/v1/clusters/half-written").status()).isEqualTo(404);
    }

    @Test
    void ifMatchInsideAChangeSetIs412() {
        rest.send("PUT", "/api/v1/clusters/matched", RestFixture.CLUSTER);
        String body =
                """
                {"operations":[{"delete":{"kind":"Cluster","name":"matched"},"ifMatch":"%s"}]}
                """;
        assertThat(rest.send("POST", PATH, body.formatted("0000")).status()).isEqualTo(412);
        String etag = rest.get("/api/v1/clusters/matched").json().getString("etag");
        assertThat(rest.send("POST", PATH, body.formatted(etag)).status()).isEqualTo(200);
    }

    @Test
    void deletingWhatIsNotThereIs404() {
        Answer answer =
                rest.send(
                        "POST",
                        PATH,
                        "{\"operations\":[{\"delete\":{\"kind\":\"Cluster\",\"name\":\"ghost\"}}]}");
        assertThat(answer.status()).isEqualTo(404);
    }

    @Test
    void nothingDifferentIsNoRevision() {
        String yaml = "kind: Cluster\nname: same\nspec: { endpoints: [] }\n";
        long revision = rest.apply(yaml).getLong("revision");
        JsonObject again = rest.apply(yaml);
        assertThat(again.getLong("revision")).isEqualTo(revision);
        assertThat(again.getJsonArray("changed")).isEmpty();
    }

    @Test
    void largeShrinkNeedsConsent() {
        StringBuilder yaml =
                new StringBuilder("kind: Cluster\nname: shrinking\nspec:\n  endpoints:\n");
        for (int i = 0; i < 60; i++) {
            yaml.append("    - { address: \"10.9.0.").append(i).append(":80\" }\n");
        }
        rest.apply(yaml.toString());
        String empty = "{\"kind\":\"Cluster\",\"name\":\"shrinking\",\"spec\":{\"endpoints\":[]}}";
        Answer refused = rest.send("POST", PATH, empty);
        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.json().getString("code")).isEqualTo("SHRINK");
        assertThat(rest.send("POST", PATH + "?allowShrink=true", empty).status()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{} | operations",
                "{\"operations\":{}} | must be a list",
                "{\"operations\":[7]} | must be a mapping",
                "{\"operations\":[{\"delete\":7}]} | must be a mapping",
                "{\"operations\":[{\"delete\":{\"kind\":\"Cluster\"}}]} | needs kind and name",
                "{\"operations\":[],\"message\":7} | must be text",
                "[] | no resource",
                "7 | ",
            })
    void whatIsNoChangeSetIs400(String body, String expected) {
        Answer answer = rest.send("POST", PATH, body);
        assertThat(answer.status()).as(answer.text()).isEqualTo(400);
        if (expected != null) {
            assertThat(answer.text()).contains(expected);
        }
    }
}
