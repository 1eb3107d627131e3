package io.sluice.controlplane.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.controlplane.fleet.FleetView;
import io.sluice.controlplane.fleet.NodeAnswer;
import io.sluice.controlplane.fleet.NodeAnswer.FlowRow;
import io.sluice.controlplane.fleet.NodeAnswer.OffenderRow;
import io.sluice.controlplane.fleet.NodeQuestion;
import io.sluice.controlplane.fleet.NodeState;
import io.vertx.core.json.JsonObject;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.LongStream;

/** Connections as nodes tell of them; one of the three never answers. */
class ConnectionApiTest {
    private final Queue<NodeQuestion> questions = new ConcurrentLinkedQueue<>();
    private RestFixture rest;
    private JsonObject document;

    @BeforeEach
    void open(@TempDir Path path) {
        rest = new RestFixture(path);
        rest.fleet.publish(
                new FleetView(
                        List.of(
                                TestNodes.node("n1", NodeState.CONNECTED, 1),
                                TestNodes.node("n2", NodeState.CONNECTED, 1),
                                TestNodes.node("n3", NodeState.CONNECTED, 1),
                                TestNodes.node("n4", NodeState.GONE, 1)),
                        1),
                List.of());
        rest.fleet.askedThrough(this::answers);
        document = rest.get("/api/v1/openapi.json").json();
    }

    @AfterEach
    void close() {
        rest.close();
    }

    private List<NodeAnswer> answers(List<String> nodes, NodeQuestion question) {
        questions.add(question);
        List<NodeAnswer> answers = new ArrayList<>();
        for (String node : nodes) {
            if (!node.equals("n3")) {
                answers.add(answer(node, question));
            }
        }
        return answers;
    }

    /** Of node n1 ages 10, 20, 30 ..., of n2 ages 15, 25 ... */
    private static NodeAnswer answer(String node, NodeQuestion question) {
        return switch (question) {
            case NodeQuestion.Flows flows ->
                    new NodeAnswer(
                            node,
                            LongStream.rangeClosed(1, 5)
                                    .map(i -> 6 - i)
                                    .limit(flows.rowsMax())
                                    .mapToObj(i -> flow(i, 10 * i + (node.equals("n2") ? 5 : 0)))
                                    .toList(),
                            List.of(),
                            9,
                            5,
                            0);
            case NodeQuestion.Cut cut ->
                    new NodeAnswer(
                            node,
                            List.of(),
                            List.of(),
                            0,
                            node.equals("n1") ? 5 : 500,
                            node.equals("n1") ? 5 : 0);
            case NodeQuestion.Offenders offenders ->
                    new NodeAnswer(
                            node,
                            List.of(),
                            List.of(
                                    new OffenderRow(
                                            "l4", "192.0.2.1", node.equals("n1") ? 7 : 9, 0)),
                            0,
                            0,
                            0);
        };
    }

    private static FlowRow flow(long id, long age) {
        return new FlowRow(
                id,
                "tcp",
                "192.0.2.7:1",
                "l4",
                "listener:l4",
                "c",
                "10.0.0.1:80",
                age,
                1,
                2,
                3,
                4,
                5,
                6,
                7,
                8);
    }

    private RestFixture.Answer fits(String template, String method, RestFixture.Answer answer) {
        JsonObject schema =
                document.getJsonObject("paths")
                        .getJsonObject(template)
                        .getJsonObject(method)
                        .getJsonObject("responses")
                        .getJsonObject(Integer.toString(answer.status()))
                        .getJsonObject("content")
                        .getJsonObject("application/json")
                        .getJsonObject("schema");
        assertThat(SchemaCheck.errors(document, schema, answer.json()))
                .as("%s %s: %s", method, template, answer.text())
                .isEmpty();
        return answer;
    }

    @Test
    void mergesNodesByTheOrderAndPages() {
        String path = "/api/v1/connections";
        List<Long> ages = new ArrayList<>();
        String token = "";
        int pages = 0;
        do {
            RestFixture.Answer page =
                    fits(path, "get", rest.get(path + "?pageSize=4&pageToken=" + token));
            assertThat(page.status()).isEqualTo(200);
            assertThat(page.json().getLong("totalSize")).isEqualTo(10);
            assertThat(page.json().getLong("open")).isEqualTo(18);
            assertThat(page.json().getJsonArray("silentNodes")).containsExactly("n3");
            page.json()
                    .getJsonArray("items")
                    .forEach(item -> ages.add(((JsonObject) item).getLong("ageMillis")));
            token = page.json().getString("nextPageToken");
            pages++;
        } while (!token.isEmpty());
        assertThat(pages).isEqualTo(3);
        assertThat(ages).containsExactly(55L, 50L, 45L, 40L, 35L, 30L, 25L, 20L, 15L, 10L);
    }

    @Test
    void passesTheFilterOnToTheNode() {
        rest.get(
                "/api/v1/connections?node=n1&listener=l4&cluster=c&client=192.0.2.0/24"
                        + "&upstream=10.0.0.1:80&orderBy=bytesOut&pageSize=3");
        assertThat(questions)
                .containsExactly(
                        new NodeQuestion.Flows(
                                new NodeQuestion.FlowFilter(
                                        "l4", "c", "192.0.2.0/24", "10.0.0.1:80", 0, false),
                                NodeQuestion.FlowOrder.BYTES_OUT,
                                3));
    }

    @Test
    void endsConnectionsWithinItsBound() {
        String path = "/api/v1/connections:kill";
        RestFixture.Answer done =
                fits(path, "post", rest.send("POST", path + "?client=192.0.2.7", ""));
        assertThat(done.json().getLong("matched")).isEqualTo(505);
        assertThat(done.json().getLong("killed")).isEqualTo(5);
        assertThat(done.json().getJsonArray("nodesOverMax")).containsExactly("n2");
        RestFixture.Answer dry =
                fits(path, "post", rest.send("POST", path + "?client=192.0.2.7&dryRun=true", ""));
        assertThat(dry.json().getLong("killed")).isZero();
        assertThat(dry.json().getLong("matched")).isEqualTo(10);
        assertThat(questions).last().isInstanceOf(NodeQuestion.Flows.class);
    }

    @Test
    void namesOffendersWorstFirst() {
        RestFixture.Answer answer =
                fits("/api/v1/offenders", "get", rest.get("/api/v1/offenders?pageSize=1"));
        JsonObject worst = answer.json().getJsonArray("items").getJsonObject(0);
        assertThat(answer.json().getJsonArray("items")).hasSize(1);
        assertThat(worst.getString("node")).isEqualTo("n2");
        assertThat(worst.getLong("refused")).isEqualTo(9);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "client=10.0.0.1/8",
                "upstream=host:80",
                "orderBy=rtt",
                "pageToken=x",
                "pageToken=10001",
                "id=x",
                "colour=red"
            })
    void refusesWhatItDoesNotKnow(String query) {
        assertThat(rest.get("/api/v1/connections?" + query).status()).isEqualTo(400);
        assertThat(questions).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "'', 400",
        "?node=n1, 400",
        "?id=7, 400",
        "?client=192.0.2.7&max=0, 400",
        "?client=192.0.2.7&node=n9, 404"
    })
    void endsNothingWithoutAFilter(String query, int status) {
        assertThat(rest.send("POST", "/api/v1/connections:kill" + query, "").status())
                .isEqualTo(status);
        assertThat(questions).isEmpty();
    }
}
