package io.sluice.controlplane.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.controlplane.api.RestFixture.Answer;
import io.vertx.core.json.JsonObject;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.file.Path;

final class SplitApiTest {
    private static final String SHOP =
            """
            kind: Listener
            name: web
            spec: { address: "127.0.0.1:18080", http: {} }
            ---
            kind: Listener
            name: tcp
            spec:
              address: "127.0.0.1:18090"
              tcp: { forward: { split: [{ cluster: v1, weight: 100 }, { cluster: v2, weight: 0 }] } }
            ---
            kind: Route
            name: shop
            spec:
              listeners: [web]
              rules:
                - name: checkout
                  match: { path: { prefix: /checkout } }
                  forward: { split: [{ cluster: v1, weight: 95 }, { cluster: v2, weight: 5 }] }
                - name: rest
                  forward: { cluster: v1 }
            ---
            kind: Cluster
            name: v1
            spec: { endpoints: [] }
            ---
            kind: Cluster
            name: v2
            spec: { endpoints: [] }
            """;

    private static RestFixture rest;

    @BeforeAll
    static void open(@TempDir Path path) {
        rest = new RestFixture(path);
        rest.apply(SHOP);
    }

    @AfterAll
    static void close() {
        rest.close();
    }

    @Test
    void setOwnsTheWeightsUntilReleased() {
        String weights = "/api/v1/routes/shop:weights";
        Answer set =
                rest.send(
                        "POST",
                        weights,
                        "{\"rule\":\"checkout\",\"weights\":{\"v2\":10},\"message\":\"go\"}",
                        "Sluice-Author",
                        "jo");
        assertThat(set.status()).as(set.text()).isEqualTo(200);
        assertThat(set.json().getJsonArray("changed").getJsonObject(0).getString("name"))
                .isEqualTo("shop");
        JsonObject canary = canary("shop/checkout");
        assertThat(canary.getBoolean("owned")).isTrue();
        assertThat(canary.getString("author")).isEqualTo("jo");
        assertThat(canary.getLong("revision")).isEqualTo(set.json().getLong("revision"));
        assertThat(canary.getString("since")).isNotEmpty();
        assertThat(canary.getJsonArray("weights").encode())
                .isEqualTo(
                        "[{\"cluster\":\"v1\",\"weight\":90},{\"cluster\":\"v2\",\"weight\":10}]");

        Answer sync =
                rest.send("POST", "/api/v1/changesets", SHOP, "Content-Type", "application/yaml");
        assertThat(sync.status()).isEqualTo(409);
        assertThat(sync.json().getString("code")).isEqualTo("WEIGHTS_OWNED");
        assertThat(sync.text()).contains("shop/checkout");

        Answer release = rest.send("POST", weights, "{\"release\":true}");
        assertThat(release.status()).as(release.text()).isEqualTo(200);
        assertThat(release.json().getJsonArray("changed")).isEmpty();
        assertThat(canary("shop/checkout").getBoolean("owned")).isFalse();
        assertThat(canary("shop/checkout").containsKey("since")).isFalse();
        rest.apply(SHOP);
    }

    @Test
    void overwriteWeightsEndsTheOwnership() {
        rest.send("POST", "/api/v1/listeners/tcp:weights", "{\"weights\":{\"v2\":50}}");
        assertThat(canary("listener:tcp").getBoolean("owned")).isTrue();
        Answer answer =
                rest.send(
                        "POST",
                        "/api/v1/changesets?overwriteWeights=true",
                        SHOP,
                        "Content-Type",
                        "application/yaml");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(canary("listener:tcp").getBoolean("owned")).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "routes/shop | {\"rule\":\"chekout\",\"weights\":{\"v2\":1}} | 404 | did you mean",
                "routes/shop | {\"rule\":\"rest\",\"weights\":{\"v2\":1}} | 404 | checkout",
                "routes/shp | {\"weights\":{\"v2\":1}} | 404 | did you mean",
                "routes/shop | {\"weights\":{\"v3\":1}} | 422 | v3",
                "routes/shop | {\"weights\":{\"v2\":101}} | 422 | 100",
                "routes/shop | {\"weights\":{\"v1\":50,\"v2\":51}} | 422 | 100",
                "routes/shop | {\"weights\":{\"v2\":\"many\"}} | 400 | whole number",
                "routes/shop | {\"weights\":{\"v2\":-1}} | 400 | whole number",
                "routes/shop | {\"weights\":{\"v2\":1.5}} | 400 | whole number",
                "routes/shop | {\"weights\":{}} | 400 | mapping",
                "routes/shop | {} | 400 | exactly one",
                "routes/shop | {\"weights\":{\"v2\":1},\"release\":true} | 400 | exactly one",
                "routes/shop | {\"release\":\"yes\"} | 400 | true or false",
                "routes/shop | {\"wieghts\":{\"v2\":1}} | 400 | did you mean",
                "listeners/tcp | {\"rule\":\"x\",\"weights\":{\"v2\":1}} | 404 | no rule",
                "listeners/web | {\"weights\":{\"v2\":1}} | 422 | splits nothing",
            })
    void wrongWeightsAreRefused(String resource, String body, int status, String expected) {
        Answer answer = rest.send("POST", "/api/v1/" + resource + ":weights", body);
        assertThat(answer.status()).as(answer.text()).isEqualTo(status);
        assertThat(answer.text()).contains(expected);
    }

    @Test
    void listsOwnedOnesOnDemand() {
        assertThat(rest.get("/api/v1/canaries").json().getInteger("totalSize")).isEqualTo(2);
        assertThat(
                        rest.get("/api/v1/canaries?filter=cluster%3Dv1%20split:shop")
                                .json()
                                .getInteger("totalSize"))
                .isEqualTo(1);
        assertThat(rest.get("/api/v1/canaries?filter=owner%3Djo").status()).isEqualTo(400);
    }

    private static JsonObject canary(String split) {
        return rest.get("/api/v1/canaries").json().getJsonArray("items").stream()
                .map(JsonObject.class::cast)
                .filter(canary -> canary.getString("split").equals(split))
                .findFirst()
                .orElseThrow();
    }
}
