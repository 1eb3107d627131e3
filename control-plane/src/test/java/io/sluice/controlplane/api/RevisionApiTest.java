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
import java.util.ArrayList;
import java.util.List;

final class RevisionApiTest {
    private static RestFixture rest;

    @BeforeAll
    static void open(@TempDir Path path) {
        rest = new RestFixture(path);
        for (int i = 1; i <= 6; i++) {
            String author = i % 2 == 0 ? "eve" : "adam";
            Answer answer =
                    rest.send(
                            "PUT",
                            "/api/v1/clusters/c" + i + "?message=step%20" + i,
                            RestFixture.CLUSTER,
                            "Sluice-Author",
                            author);
            assertThat(answer.json().getLong("revision")).isEqualTo(i);
        }
    }

    @AfterAll
    static void close() {
        rest.close();
    }

    @Test
    void historyIsPagedNewestFirst() {
        Answer first = rest.get("/api/v1/revisions?pageSize=4");
        assertThat(numbers(first)).startsWith(rest.store.current().revision()).hasSize(4);
        List<Long> all = new ArrayList<>(numbers(first));
        String token = first.json().getString("nextPageToken");
        while (!token.isEmpty()) {
            Answer next = rest.get("/api/v1/revisions?pageSize=4&pageToken=" + token);
            all.addAll(numbers(next));
            token = next.json().getString("nextPageToken");
        }
        assertThat(all).endsWith(3L, 2L, 1L).hasSize((int) rest.store.current().revision());
        JsonObject newest = first.json().getJsonArray("items").getJsonObject(0);
        assertThat(newest.getMap())
                .containsKeys("revision", "time", "author", "authorVerified", "message", "changed");
    }

    @Test
    void historyIsSearched() {
        assertThat(numbers(rest.get("/api/v1/revisions?filter=author%3Deve%20step")))
                .containsExactly(6L, 4L, 2L);
        assertThat(numbers(rest.get("/api/v1/revisions?filter=step&orderBy=revision&pageSize=2")))
                .containsExactly(1L, 2L);
        assertThat(numbers(rest.get("/api/v1/revisions?resource=cluster/c3")))
                .contains(3L)
                .doesNotContain(2L);
        assertThat(rest.get("/api/v1/revisions?resource=c3").status()).isEqualTo(400);
        assertThat(rest.get("/api/v1/revisions?pageToken=zzz").status()).isEqualTo(400);
        assertThat(rest.get("/api/v1/revisions?filter=who%3Deve").status()).isEqualTo(400);
    }

    @Test
    void oneRevisionHasBothSidesAndItsActivation() {
        JsonObject revision = rest.get("/api/v1/revisions/2").json();
        assertThat(revision.getLong("revision")).isEqualTo(2);
        JsonObject change = revision.getJsonArray("changes").getJsonObject(0);
        assertThat(change.getString("op")).isEqualTo("created");
        assertThat(change.getValue("before")).isNull();
        assertThat(change.getJsonObject("after").getString("name")).isEqualTo("c2");
        assertThat(revision.getJsonObject("activation").getMap())
                .containsEntry("connected", 0)
                .containsEntry("active", 0)
                .containsEntry("rejected", 0);
        JsonObject brief = rest.get("/api/v1/revisions/2?view=activation").json();
        assertThat(brief.getMap()).containsOnlyKeys("revision", "activation");
    }

    @ParameterizedTest
    @CsvSource({
        "/api/v1/revisions/999999,404",
        "/api/v1/revisions/0,404",
        "/api/v1/revisions/999999?view=activation,404",
        "/api/v1/revisions/two,400",
        "/api/v1/revisions/99999999999999999999,400",
        "/api/v1/revisions/1?view=half,400",
        "/api/v1/revisions/1..999999/diff,404",
        "/api/v1/revisions/1..x/diff,400",
        "/api/v1/revisions/1../diff,404",
    })
    void whatIsNoRevisionIsRefused(String path, int status) {
        Answer answer = rest.get(path);
        assertThat(answer.status()).as(answer.text()).isEqualTo(status);
        assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
    }

    @Test
    void diffGoesBothWays() {
        JsonObject there = rest.get("/api/v1/revisions/2..4/diff").json();
        assertThat(there.getLong("from")).isEqualTo(2);
        assertThat(there.getLong("to")).isEqualTo(4);
        assertThat(ops(there)).containsExactly("created c3", "created c4");
        assertThat(ops(rest.get("/api/v1/revisions/4..2/diff").json()))
                .containsExactly("deleted c3", "deleted c4");
        assertThat(ops(rest.get("/api/v1/revisions/4..4/diff").json())).isEmpty();
    }

    @Test
    void rollbackMakesANewRevisionWithOldContent() {
        long before = rest.store.current().revision();
        rest.send("PUT", "/api/v1/clusters/rolled", RestFixture.CLUSTER);
        Answer dry = rest.send("POST", "/api/v1/revisions/" + before + ":rollback?dryRun=true", "");
        assertThat(dry.status()).as(dry.text()).isEqualTo(200);
        assertThat(dry.json().getBoolean("dryRun")).isTrue();
        Answer answer =
                rest.send(
                        "POST",
                        "/api/v1/revisions/" + before + ":rollback",
                        "{\"message\":\"undo\"}");
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        long revision = answer.json().getLong("revision");
        assertThat(revision).isEqualTo(before + 2);
        assertThat(rest.get("/api/v1/clusters/rolled").status()).isEqualTo(404);
        assertThat(rest.get("/api/v1/revisions/" + revision).json().getString("message"))
                .isEqualTo("undo");
        assertThat(rest.send("POST", "/api/v1/revisions/999999:rollback", "").status())
                .isEqualTo(404);
        assertThat(rest.send("POST", "/api/v1/revisions/1:rollback", "{\"mesage\":\"\"}").status())
                .isEqualTo(400);
    }

    private static List<Long> numbers(Answer list) {
        assertThat(list.status()).as(list.text()).isEqualTo(200);
        return list.json().getJsonArray("items").stream()
                .map(item -> ((JsonObject) item).getLong("revision"))
                .toList();
    }

    private static List<String> ops(JsonObject diff) {
        return diff.getJsonArray("changes").stream()
                .map(JsonObject.class::cast)
                .map(change -> change.getString("op") + " " + change.getString("name"))
                .toList();
    }
}
