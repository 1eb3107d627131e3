package io.sluice.controlplane.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.controlplane.api.RestFixture.Answer;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Path;

/** What holds for every request, whatever its operation; hostile ones above all. */
final class ApiRouterTest {
    private static RestFixture rest;

    @BeforeAll
    static void open(@TempDir Path path) {
        rest = new RestFixture(path);
    }

    @AfterAll
    static void close() {
        rest.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/api/v1/route | did you mean \"/api/v1/routes\"?",
                "/api/v1/clusters/a/b | there is nothing at",
                "/api/v1/routes/shop:weight | did you mean \"/api/v1/routes/shop:weights\"?",
                "/api/v1/changeset | did you mean \"/api/v1/changesets\"?",
                "/api/v2/routes | did you mean \"/api/v1/routes\"?",
                "/ | /api/v1/openapi.json",
                "/readz | did you mean",
            })
    void unknownPathIs404AndSuggestsTheNearest(String path, String expected) {
        Answer answer = rest.get(path);
        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(answer.json().getString("detail")).contains(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "DELETE | /api/v1/routes | GET, HEAD, POST",
                "POST | /api/v1/routes/shop | DELETE, GET, HEAD, PATCH, PUT",
                "GET | /api/v1/changesets | POST",
                "GET | /api/v1/nodes/a:drain | POST",
                "OPTIONS | /api/v1/status | GET, HEAD",
                "POST | /livez | GET, HEAD",
            })
    void wrongMethodIs405WithAllow(String method, String path, String allow) {
        Answer answer = rest.send(method, path, "");
        assertThat(answer.status()).isEqualTo(405);
        assertThat(answer.header("Allow")).isEqualTo(allow);
        assertThat(answer.json().getString("code")).isEqualTo("METHOD_NOT_ALLOWED");
    }

    @Test
    void headAnswersAsGetWithoutBody() throws IOException {
        String get = rest.get("/api/v1/status").text();
        String head =
                RawClient.exchange(
                        rest.address,
                        "HEAD /api/v1/status HTTP/1.1\r\n"
                                + "Host: 127.0.0.1\r\n"
                                + "Connection: close\r\n\r\n");
        assertThat(head).startsWith("HTTP/1.1 200").endsWith("\r\n\r\n");
        assertThat(head.toLowerCase(java.util.Locale.ROOT))
                .contains("content-length: " + get.length());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "application/json | 200 | application/json",
                "application/yaml | 200 | application/yaml",
                "text/yaml, application/json;q=0.5 | 200 | application/yaml",
                "application/yaml;q=0.1, */* | 200 | application/json",
                "text/html, */*;q=0.1 | 200 | application/json",
                "application/* | 200 | application/json",
                "text/html | 406 | application/problem+json",
                "application/json;q=0 | 406 | application/problem+json",
            })
    void acceptChoosesTheForm(String accept, int status, String contentType) {
        Answer answer = rest.get("/api/v1/status", "Accept", accept);
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.header("Content-Type")).isEqualTo(contentType);
    }

    @Test
    void refusedAcceptKeepsAWriteFromHappening() {
        Answer answer =
                rest.send(
                        "PUT",
                        "/api/v1/clusters/unacceptable",
                        RestFixture.CLUSTER,
                        "Accept",
                        "image/png");
        assertThat(answer.status()).isEqualTo(406);
        assertThat(rest.get("/api/v1/clusters/unacceptable").status()).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/x-www-form-urlencoded",
                "text/plain",
                "application/xml",
                "application/json; charset=utf-16",
                "multipart/form-data; boundary=x"
            })
    void bodiesOfOtherTypesAre415(String contentType) {
        Answer answer =
                rest.send(
                        "PUT",
                        "/api/v1/clusters/form",
                        RestFixture.CLUSTER,
                        "Content-Type",
                        contentType);
        assertThat(answer.status()).isEqualTo(415);
        assertThat(answer.header("Accept")).contains("application/json");
        assertThat(
                        rest.send("PUT", "/api/v1/clusters/form", "x", "Content-Encoding", "gzip")
                                .status())
                .isEqualTo(415);
    }

    @Test
    void bodyOverTheLimitIs413() {
        String body = "{\"spec\":{\"x\":\"" + "y".repeat(8 * 1024 * 1024) + "\"}}";
        Answer answer = rest.send("PUT", "/api/v1/clusters/huge", body);
        assertThat(answer.status()).isEqualTo(413);
        assertThat(answer.json().getString("code")).isEqualTo("TOO_LARGE");
    }

    @Test
    void bodyOverTheLimitInChunksIs413() throws IOException {
        try (RawClient client = new RawClient(rest.address)) {
            client.send(
                    "PUT /api/v1/clusters/huge HTTP/1.1\r\n"
                            + "Host: localhost\r\n"
                            + "Transfer-Encoding: chunked\r\n\r\n");
            String chunk = "100000\r\n" + "y".repeat(0x100000) + "\r\n";
            try {
                for (int i = 0; i < 9; i++) {
                    client.send(chunk);
                }
            } catch (IOException e) {
                assertThat(e)
                        .hasMessageMatching(
                                "(?i).*(reset|broken pipe).*"); // told to stop early: fine
            }
            assertThat(client.readUntil("\r\n")).startsWith("HTTP/1.1 413");
        }
    }

    @Test
    void announcedBodyOverTheLimitIsNotEvenSent() throws IOException {
        String answer =
                RawClient.exchange(
                        rest.address,
                        "PUT /api/v1/clusters/huge HTTP/1.1\r\n"
                                + "Host: localhost\r\n"
                                + "Content-Length: 99999999\r\n"
                                + "Expect: 100-continue\r\n\r\n");
        assertThat(answer).startsWith("HTTP/1.1 413").doesNotContain("100 Continue");
    }

    @Test
    void expectedBodyIsAskedFor() throws IOException {
        try (RawClient client = new RawClient(rest.address)) {
            client.send(
                    "PUT /api/v1/clusters/expected HTTP/1.1\r\n"
                            + "Host: localhost\r\n"
                            + "Content-Type: application/json\r\n"
                            + "Content-Length: "
                            + RestFixture.CLUSTER.length()
                            + "\r\nExpect: 100-continue\r\n\r\n");
            client.readUntil("100 Continue\r\n\r\n");
            client.send(RestFixture.CLUSTER);
            assertThat(client.readUntil("\r\n")).startsWith("HTTP/1.1 201");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"[", "{\"a\":", "{\"spec\":["})
    void deepDocumentsAreRefusedNotFollowed(String opening) {
        String body = opening.repeat(100_000);
        Answer json = rest.send("POST", "/api/v1/changesets", body);
        assertThat(json.status()).as(json.text()).isEqualTo(400);
        Answer yaml =
                rest.send("POST", "/api/v1/changesets", body, "Content-Type", "application/yaml");
        assertThat(yaml.status()).as(yaml.text()).isEqualTo(400);
    }

    @Test
    void yamlThatMultipliesItselfIsRefused() {
        StringBuilder yaml = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (int i = 1; i < 12; i++) {
            String previous = "*a" + (i - 1);
            yaml.append("a%d: &a%d [%s]\n".formatted(i, i, (previous + ", ").repeat(9) + previous));
        }
        Answer answer =
                rest.send(
                        "POST",
                        "/api/v1/changesets",
                        yaml.toString(),
                        "Content-Type",
                        "application/yaml");
        assertThat(answer.status()).isEqualTo(400);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "127.0.0.1 | 200",
                "127.0.0.1:7070 | 200",
                "localhost:1 | 200",
                "LOCALHOST | 200",
                "[::1]:7070 | 200",
                "10.1.2.3 | 200",
                "control-plane.example:80 | 200",
                "evil.example | 403",
                "127.0.0.1.evil.example | 403",
                "localhost.evil.example | 403",
                "control-plane.example.evil | 403",
                "127.0.0.1@evil.example | 400",
            })
    void onlyKnownHostsAreServed(String host, int status) throws IOException {
        String answer =
                RawClient.exchange(
                        rest.address,
                        "GET /api/v1/status HTTP/1.1\r\nHost: "
                                + host
                                + "\r\nConnection: close\r\n\r\n");
        assertThat(answer).startsWith("HTTP/1.1 " + status);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Host: a\r\nHost: localhost\r\n",
                "Host: localhost\r\nHost: localhost\r\n"
            })
    void requestsWithoutExactlyOneHostAre400(String hosts) throws IOException {
        String answer =
                RawClient.exchange(
                        rest.address,
                        "GET /api/v1/status HTTP/1.1\r\n" + hosts + "Connection: close\r\n\r\n");
        assertThat(answer).startsWith("HTTP/1.1 400");
    }

    @Test
    void absoluteTargetNamesTheHost() throws IOException {
        String answer =
                RawClient.exchange(
                        rest.address,
                        "GET http://evil.example/api/v1/status HTTP/1.1\r\n"
                                + "Host: localhost\r\n"
                                + "Connection: close\r\n\r\n");
        assertThat(answer).doesNotStartWith("HTTP/1.1 200");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "http://localhost:7070 | 201",
                "http://evil.example | 403",
                "http://localhost:7071 | 403",
                "http://localhost | 403",
                "null | 403",
                "garbage{} | 403",
            })
    void pagesOfOtherSitesMayNotWrite(String origin, int status) throws IOException {
        rest.send("DELETE", "/api/v1/clusters/origin", "");
        String answer =
                RawClient.exchange(
                        rest.address,
                        "PUT /api/v1/clusters/origin HTTP/1.1\r\nHost: localhost:7070\r\nOrigin: "
                                + origin
                                + "\r\n"
                                + "Content-Type: application/json\r\n"
                                + "Connection: close\r\n"
                                + "Content-Length: "
                                + RestFixture.CLUSTER.length()
                                + "\r\n\r\n"
                                + RestFixture.CLUSTER);
        assertThat(answer).startsWith("HTTP/1.1 " + status);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GARBAGE | 400",
                "GET / HTTP/9.9 | 50",
                "GET /%zz HTTP/1.1 | 400",
                "GET /../../etc HTTP/1.1 | 40"
            })
    void garbageIsAnsweredAndClosed(String line, String status) throws IOException {
        String answer =
                RawClient.exchange(
                        rest.address, line + "\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        assertThat(answer).containsPattern("^HTTP/... " + status);
    }

    @Test
    void longLinesAndHeadsAreRefused() throws IOException {
        String uri =
                RawClient.exchange(
                        rest.address,
                        "GET /" + "a".repeat(20_000) + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
        assertThat(uri).containsPattern("^HTTP/1.. 414").contains("URI_TOO_LONG");
        String head =
                RawClient.exchange(
                        rest.address,
                        "GET / HTTP/1.1\r\nHost: localhost\r\nX: "
                                + "a".repeat(40_000)
                                + "\r\n\r\n");
        assertThat(head).containsPattern("^HTTP/1.. 431").contains("HEAD_TOO_LARGE");
    }

    @Test
    void probesAndMetricsAnswer() {
        assertThat(rest.get("/livez").text()).isEqualTo("ok\n");
        Answer ready = rest.get("/readyz");
        assertThat(ready.status()).isEqualTo(200);
        assertThat(ready.json().getBoolean("ready")).isTrue();
        rest.send("PUT", "/api/v1/clusters/measured", RestFixture.CLUSTER);
        Answer metrics = rest.get("/metrics", "Accept", "text/plain;version=0.0.4");
        assertThat(metrics.header("Content-Type")).startsWith("text/plain");
        assertThat(metrics.text())
                .contains("sluice_revisions_total " + rest.store.current().revision() + ".0")
                .contains("sluice_writes_total{result=\"applied\"}")
                .contains("sluice_rest_requests_total{operation=\"putCluster\",status=\"201\"}")
                .contains("sluice_resources{kind=\"cluster\"}")
                .contains("jvm_memory_used_bytes");
    }
}
