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
import java.util.ArrayList;
import java.util.List;

/** Each test uses names of its own: the server is shared. */
final class ResourceApiTest {
    private static final String CLUSTER = RestFixture.CLUSTER;

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
    void putCreatesThenReplacesThenSeesNoDifference() {
        Answer created = rest.send("PUT", "/api/v1/clusters/put", CLUSTER);
        assertThat(created.status()).isEqualTo(201);
        JsonObject changed = created.json().getJsonArray("changed").getJsonObject(0);
        assertThat(changed.getString("kind")).isEqualTo("Cluster");
        assertThat(changed.getString("name")).isEqualTo("put");
        assertThat(changed.getString("op")).isEqualTo("created");
        assertThat(created.header("ETag")).isEqualTo("\"" + changed.getString("etag") + "\"");
        assertThat(created.json().getLong("revision")).isPositive();
        assertThat(created.header("Sluice-Revision")).isNotEmpty();

        Answer same = rest.send("PUT", "/api/v1/clusters/put", CLUSTER);
        assertThat(same.status()).isEqualTo(200);
        assertThat(same.json().getJsonArray("changed")).isEmpty();
        assertThat(same.json().getLong("revision")).isEqualTo(created.json().getLong("revision"));
        assertThat(same.header("ETag")).isEqualTo(created.header("ETag"));

        Answer replaced = rest.send("PUT", "/api/v1/clusters/put", CLUSTER.replace("9101", "9102"));
        assertThat(replaced.status()).isEqualTo(200);
        assertThat(replaced.json().getJsonArray("changed").getJsonObject(0).getString("op"))
                .isEqualTo("updated");
    }

    @Test
    void getAnswersJsonOrYamlAndKnowsEtags() {
        rest.send("PUT", "/api/v1/clusters/got", CLUSTER);
        Answer json = rest.get("/api/v1/clusters/got");
        assertThat(json.status()).isEqualTo(200);
        assertThat(json.header("Content-Type")).isEqualTo("application/json");
        assertThat(json.json().getString("kind")).isEqualTo("Cluster");
        assertThat(json.json().getString("name")).isEqualTo("got");
        assertThat(json.json().getLong("revision")).isPositive();
        assertThat(json.json().getString("createTime")).contains("T").endsWith("Z");
        assertThat(json.header("ETag")).isEqualTo("\"" + json.json().getString("etag") + "\"");

        Answer yaml = rest.get("/api/v1/clusters/got", "Accept", "application/yaml");
        assertThat(yaml.header("Content-Type")).isEqualTo("application/yaml");
        assertThat(yaml.text()).startsWith("kind: Cluster\nname: got\n");

        Answer known = rest.get("/api/v1/clusters/got", "If-None-Match", json.header("ETag"));
        assertThat(known.status()).isEqualTo(304);
        assertThat(known.text()).isEmpty();
        assertThat(rest.get("/api/v1/clusters/got", "If-None-Match", "\"other\"").status())
                .isEqualTo(200);
    }

    @Test
    void whatGetPrintsCanBeSentBack() {
        rest.send("PUT", "/api/v1/clusters/back", CLUSTER);
        String yaml = rest.get("/api/v1/clusters/back", "Accept", "application/yaml").text();
        Answer answer =
                rest.send("PUT", "/api/v1/clusters/back", yaml, "Content-Type", "text/yaml");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().getJsonArray("changed")).isEmpty();
    }

    @Test
    void staleEtagIsRefusedWith412() {
        String etag = rest.send("PUT", "/api/v1/clusters/stale", CLUSTER).header("ETag");
        String other = CLUSTER.replace("9101", "9103");
        assertThat(rest.send("PUT", "/api/v1/clusters/stale", other, "If-Match", etag).status())
                .isEqualTo(200);
        for (String method : List.of("PUT", "PATCH", "DELETE")) {
            Answer stale = rest.send(method, "/api/v1/clusters/stale", CLUSTER, "If-Match", etag);
            assertThat(stale.status()).as(method).isEqualTo(412);
            assertThat(stale.json().getString("code")).isEqualTo("STALE_ETAG");
        }
        assertThat(
                        rest.send("PUT", "/api/v1/clusters/stale", CLUSTER, "If-Match", "W/" + etag)
                                .status())
                .isEqualTo(412);
        assertThat(rest.send("PUT", "/api/v1/clusters/stale", CLUSTER, "If-Match", "*").status())
                .isEqualTo(200);
        assertThat(rest.send("PUT", "/api/v1/clusters/none", CLUSTER, "If-Match", "*").status())
                .isEqualTo(412);
        assertThat(
                        rest.send("PUT", "/api/v1/clusters/stale", CLUSTER, "If-None-Match", "*")
                                .status())
                .isEqualTo(412);
    }

    @Test
    void postCreatesOnce() {
        String body = CLUSTER.replaceFirst("\\{", "{\"name\":\"posted\",");
        Answer created = rest.send("POST", "/api/v1/clusters", body);
        assertThat(created.status()).isEqualTo(201);
        assertThat(created.header("Location")).isEqualTo("/api/v1/clusters/posted");
        Answer again = rest.send("POST", "/api/v1/clusters", body);
        assertThat(again.status()).isEqualTo(409);
        assertThat(again.json().getString("code")).isEqualTo("ALREADY_EXISTS");
    }

    @Test
    void patchMergesAndKeepsTheRest() {
        rest.send(
                "PUT",
                "/api/v1/clusters/patched",
                CLUSTER.replaceFirst("\\{", "{\"labels\":{\"team\":\"a\",\"tier\":\"1\"},"));
        Answer answer =
                rest.send(
                        "PATCH",
                        "/api/v1/clusters/patched",
                        "{\"labels\":{\"tier\":null},\"spec\":{\"connectTimeout\":\"3s\"}}",
                        "Content-Type",
                        "application/merge-patch+json");
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        JsonObject patched = rest.get("/api/v1/clusters/patched").json();
        assertThat(patched.getJsonObject("labels").getMap()).containsOnlyKeys("team");
        assertThat(patched.getJsonObject("spec").getString("connectTimeout")).isEqualTo("3s");
        assertThat(patched.getJsonObject("spec").getJsonArray("endpoints")).hasSize(1);
        assertThat(rest.send("PATCH", "/api/v1/clusters/nobody", "{}").status()).isEqualTo(404);
    }

    @Test
    void deleteSaysWhoRefers() {
        rest.apply(
                """
                kind: Listener
                name: in-use
                spec: { address: "127.0.0.1:18001", tcp: { forward: { cluster: used } } }
                ---
                kind: Cluster
                name: used
                spec: { endpoints: [{ address: "127.0.0.1:9101" }] }
                """);
        Answer refused = rest.send("DELETE", "/api/v1/clusters/used", "");
        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.json().getString("code")).isEqualTo("IN_USE");
        assertThat(refused.text()).contains("listener in-use");
        assertThat(rest.send("DELETE", "/api/v1/listeners/in-use", "").status()).isEqualTo(200);
        Answer deleted = rest.send("DELETE", "/api/v1/clusters/used", "");
        assertThat(deleted.status()).isEqualTo(200);
        assertThat(deleted.json().getJsonArray("changed").getJsonObject(0).getString("op"))
                .isEqualTo("deleted");
        assertThat(rest.send("DELETE", "/api/v1/clusters/used", "").status()).isEqualTo(404);
    }

    @Test
    void missingResourceSuggestsTheNearest() {
        rest.send("PUT", "/api/v1/clusters/checkout-v1", CLUSTER);
        Answer answer = rest.get("/api/v1/clusters/chekout-v1");
        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(answer.json().getString("detail")).contains("did you mean \"checkout-v1\"?");
    }

    @Test
    void dryRunShowsBothSidesAndStoresNothing() {
        long revision = rest.store.current().revision();
        Answer answer = rest.send("PUT", "/api/v1/clusters/dry?dryRun", CLUSTER);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().getBoolean("dryRun")).isTrue();
        JsonObject changed = answer.json().getJsonArray("changed").getJsonObject(0);
        assertThat(changed.getValue("before")).isNull();
        assertThat(changed.getJsonObject("after").getString("name")).isEqualTo("dry");
        assertThat(rest.store.current().revision()).isEqualTo(revision);
        assertThat(rest.get("/api/v1/clusters/dry").status()).isEqualTo(404);
    }

    @Test
    void misspelledParameterIsRefusedBeforeAnythingHappens() {
        Answer answer =
                rest.send("PUT", "/api/v1/clusters/typo?dryrun=true&allowShrink=maybe", CLUSTER);
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.codes()).containsExactlyInAnyOrder("UNKNOWN_PARAMETER", "WRONG_TYPE");
        assertThat(answer.text()).contains("did you mean \\\"dryRun\\\"?");
        assertThat(rest.get("/api/v1/clusters/typo").status()).isEqualTo(404);
    }

    @Test
    void everyProblemIsListedWithItsPlace() {
        String yaml =
                """
                name: bad
                spec:
                  endpoint: []
                  connectTimeout: soon
                  loadBalancer: 7
                """;
        Answer answer =
                rest.send("PUT", "/api/v1/clusters/bad", yaml, "Content-Type", "application/yaml");
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
        JsonObject document = answer.json();
        assertThat(document.getString("type")).isEqualTo("about:blank");
        assertThat(document.getInteger("status")).isEqualTo(400);
        assertThat(answer.problems()).hasSize(3);
        JsonObject unknown = answer.problems().getFirst();
        assertThat(unknown.getString("kind")).isEqualTo("Cluster");
        assertThat(unknown.getString("name")).isEqualTo("bad");
        assertThat(unknown.getString("field")).isEqualTo("endpoint");
        assertThat(unknown.getString("pointer")).isEqualTo("/spec/endpoint");
        assertThat(unknown.getString("hint")).contains("endpoints");
        assertThat(unknown.getInteger("line")).isEqualTo(3);
        assertThat(unknown.getInteger("column")).isEqualTo(3);
        assertThat(answer.problems().get(1).getString("pointer")).isEqualTo("/spec/connectTimeout");
        assertThat(answer.problems().get(1).getInteger("line")).isEqualTo(4);
    }

    @Test
    void whatTheRulesRefuseIs422() {
        Answer answer =
                rest.send(
                        "PUT",
                        "/api/v1/listeners/invalid",
                        "{\"spec\":{\"address\":\"nowhere\",\"tcp\":{\"forward\":{\"cluster\":\"missing\"}}}}");
        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.json().getString("code")).isEqualTo("INVALID");
        assertThat(answer.codes()).contains("MISSING_REFERENCE").hasSizeGreaterThan(1);
        assertThat(answer.problems().toString())
                .contains("/spec/tcp/forward/cluster", "/spec/address");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{ | 400",
                "[] | 400",
                "7 | 400",
                "'' | 400",
                "{\"kind\":\"Route\"} | 400",
                "{\"name\":\"other\"} | 400",
                "{\"spec\":{}} {\"spec\":{}} | 400",
            })
    void bodyThatIsNoResourceIs400(String body, int status) {
        Answer answer = rest.send("PUT", "/api/v1/clusters/malformed", body);
        assertThat(answer.status()).as(answer.text()).isEqualTo(status);
        assertThat(answer.problems()).isNotEmpty();
    }

    @Test
    void privateKeysAreNeverShown() {
        TestCertificate pair = TestCertificate.create();
        String body =
                new JsonObject()
                        .put(
                                "spec",
                                new JsonObject()
                                        .put("certificate", pair.certificate())
                                        .put("privateKey", pair.privateKey()))
                        .encode();
        Answer created = rest.send("PUT", "/api/v1/certificates/secret", body);
        assertThat(created.status()).as(created.text()).isEqualTo(201);
        long revision = created.json().getLong("revision");
        Answer labelled =
                rest.send("PATCH", "/api/v1/certificates/secret", "{\"labels\":{\"team\":\"a\"}}");
        assertThat(labelled.status()).as(labelled.text()).isEqualTo(200);
        String secret = pair.privateKey().lines().skip(1).findFirst().orElseThrow();
        for (String path :
                List.of(
                        "/api/v1/certificates/secret",
                        "/api/v1/certificates",
                        "/api/v1/revisions/" + revision,
                        "/api/v1/revisions/" + revision + ".." + (revision + 1) + "/diff")) {
            Answer answer = rest.get(path);
            assertThat(answer.status()).as(path).isEqualTo(200);
            assertThat(answer.text())
                    .as(path)
                    .contains("secret")
                    .doesNotContain(secret)
                    .doesNotContain("PRIVATE KEY");
        }
        JsonObject status = rest.get("/api/v1/certificates/secret").json().getJsonObject("status");
        assertThat(status.getString("fingerprint")).hasSizeGreaterThanOrEqualTo(64);
        assertThat(status.getString("notAfter")).isNotEmpty();
        Answer kept =
                rest.send(
                        "PUT",
                        "/api/v1/certificates/secret",
                        rest.get("/api/v1/certificates/secret").text());
        assertThat(kept.status()).as(kept.text()).isEqualTo(200);
        assertThat(kept.json().getJsonArray("changed")).isEmpty();
    }

    @Test
    void pagesAreStableWhileItemsComeAndGo() {
        for (int i = 0; i < 7; i++) {
            rest.send("PUT", "/api/v1/clusters/page-" + i, CLUSTER);
        }
        String list = "/api/v1/clusters?pageSize=3&filter=page-";
        Answer first = rest.get(list);
        assertThat(names(first)).containsExactly("page-0", "page-1", "page-2");
        assertThat(first.json().getInteger("totalSize")).isEqualTo(7);
        rest.send("DELETE", "/api/v1/clusters/page-1", "");
        rest.send("DELETE", "/api/v1/clusters/page-2", "");
        rest.send("PUT", "/api/v1/clusters/page-00", CLUSTER);
        Answer second = rest.get(list + "&pageToken=" + first.json().getString("nextPageToken"));
        assertThat(names(second)).containsExactly("page-3", "page-4", "page-5");
        Answer third = rest.get(list + "&pageToken=" + second.json().getString("nextPageToken"));
        assertThat(names(third)).containsExactly("page-6");
        assertThat(third.json().getString("nextPageToken")).isEmpty();
    }

    @Test
    void listsAreFilteredAndSorted() {
        rest.apply(
                """
                kind: Cluster
                name: filter-a
                labels: { team: shop, example.org/tier: "1" }
                spec: { endpoints: [{ address: "10.0.0.1:80" }] }
                ---
                kind: Cluster
                name: filter-b
                labels: { team: shop }
                spec: { endpoints: [{ address: "10.0.0.2:80" }, { address: "10.0.0.3:80" }] }
                ---
                kind: Cluster
                name: filter-c
                spec: { endpoints: [] }
                """);
        assertThat(filtered("filter- labels.team=shop")).containsExactly("filter-a", "filter-b");
        assertThat(filtered("FILTER- labels.team!=shop")).containsExactly("filter-c");
        assertThat(filtered("filter- labels.example.org/tier=\"1\"")).containsExactly("filter-a");
        assertThat(filtered("endpoint=10.0.0.3:80")).containsExactly("filter-b");
        assertThat(filtered("endpoint:10.0.0.")).containsExactly("filter-a", "filter-b");
        assertThat(filtered("name=filter-c")).containsExactly("filter-c");
        Answer sorted = rest.get("/api/v1/clusters?filter=filter-&orderBy=revision,name%20desc");
        assertThat(names(sorted)).containsExactly("filter-c", "filter-b", "filter-a");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "filter=nmae%3Da | did you mean \"name\"?",
                "filter=%22open | cannot be read",
                "orderBy=weight | is not a field",
                "orderBy=name%20sideways | is not a field",
                "pageSize=0 | at least 1",
                "pageSize=many | not a number",
                "pageSize=-1 | not a number",
                "pageToken=abc | not a page token",
                "pageToken=%25%25 | not a page token",
                "size=3 | is not a parameter",
            })
    void badListParametersAre400(String query, String message) {
        Answer answer = rest.get("/api/v1/clusters?" + query);
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.problems().getFirst().encode().replace("\\\"", "\"")).contains(message);
    }

    @Test
    void tokenOfAnotherListIsRefused() {
        for (int i = 0; i < 3; i++) {
            rest.send("PUT", "/api/v1/clusters/token-" + i, CLUSTER);
        }
        String token =
                rest.get("/api/v1/clusters?pageSize=1&filter=token-")
                        .json()
                        .getString("nextPageToken");
        Answer answer = rest.get("/api/v1/clusters?pageSize=1&filter=oken-&pageToken=" + token);
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.codes()).containsExactly("BAD_PAGE_TOKEN");
    }

    private static List<String> filtered(String filter) {
        String escaped =
                java.net.URLEncoder.encode(filter, java.nio.charset.StandardCharsets.UTF_8);
        Answer answer = rest.get("/api/v1/clusters?filter=" + escaped);
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        return names(answer);
    }

    private static List<String> names(Answer list) {
        List<String> names = new ArrayList<>();
        JsonArray items = list.json().getJsonArray("items");
        items.forEach(item -> names.add(((JsonObject) item).getString("name")));
        return names;
    }
}
