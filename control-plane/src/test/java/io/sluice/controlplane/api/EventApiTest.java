package io.sluice.controlplane.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.controlplane.fleet.FleetEvent;
import io.sluice.controlplane.fleet.FleetView;
import io.sluice.controlplane.fleet.NodeState;
import io.sluice.controlplane.fleet.NodeView;
import io.sluice.controlplane.fleet.ReportedProblem;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

final class EventApiTest {
    private static final int KEPT = 64;
    private static final int STREAMS_MAX = 3;

    private RestFixture rest;

    @BeforeEach
    void open(@TempDir Path path) {
        rest =
                new RestFixture(
                        path,
                        new RestOptions(
                                "127.0.0.1",
                                0,
                                List.of(),
                                1024 * 1024,
                                100,
                                STREAMS_MAX,
                                KEPT,
                                Duration.ofMillis(100),
                                Duration.ofSeconds(60)));
    }

    @AfterEach
    void close() {
        rest.close();
    }

    @Test
    void revisionsAndNodesComeAsTheyHappen() throws IOException {
        try (RawClient stream = open("")) {
            rest.apply("kind: Cluster\nname: a\nspec: { endpoints: [] }\n");
            stream.readUntil("event: revision\n");
            String revision = stream.readUntil("\n\n");
            assertThat(revision)
                    .contains("\"revision\":1")
                    .contains(
                            "\"changes\":[{\"kind\":\"Cluster\",\"name\":\"a\",\"op\":\"created\"}]");
            NodeView node = TestNodes.node("node-1", NodeState.CONNECTED, 1);
            publish(node, new FleetEvent.NodeConnected(node), new FleetEvent.NodeActive(node, 1));
            assertThat(stream.readUntil("event: activation"))
                    .contains("event: node\ndata: ")
                    .contains("\"change\":\"connected\"");
            assertThat(stream.readUntil("\n\n"))
                    .contains(
                            "\"node\":\"node-1\",\"revision\":1,\"result\":\"active\",\"connected\":1,\"active\":1");
        }
    }

    @Test
    void refusalBringsItsProblems() throws IOException {
        try (RawClient stream = open("?types=problem")) {
            NodeView node =
                    TestNodes.withProblems(
                            TestNodes.node("node-1", NodeState.CONNECTED, 0),
                            1,
                            List.of(new ReportedProblem("route", "shop", "", "BAD", "no")));
            publish(node, new FleetEvent.NodeConnected(node), new FleetEvent.NodeRejected(node, 1));
            String text = stream.readUntil("\"code\":\"BAD\"");
            assertThat(text)
                    .contains("event: problem")
                    .doesNotContain("event: node")
                    .doesNotContain("event: activation");
        }
    }

    @Test
    void silentStreamHasHeartbeats() throws IOException {
        try (RawClient stream = open("")) {
            stream.readUntil(": heartbeat\n\n");
            stream.readUntil(": heartbeat\n\n");
        }
    }

    @Test
    void streamResumesAfterTheLastEvent() throws IOException {
        for (int i = 0; i < 5; i++) {
            happen();
        }
        List<Long> all;
        try (RawClient stream = open("", "Last-Event-ID: 0\r\n")) {
            all = ids(stream, 5);
        }
        try (RawClient stream = open("", "Last-Event-ID: " + all.get(2) + "\r\n")) {
            assertThat(ids(stream, 2)).containsExactly(all.get(3), all.get(4));
        }
    }

    @Test
    void whatIsNoLongerKeptIsAGap() throws IOException {
        happen();
        long first;
        try (RawClient stream = open("", "Last-Event-ID: 0\r\n")) {
            first = ids(stream, 1).getFirst();
        }
        for (int i = 0; i < 2 * KEPT; i++) {
            happen();
        }
        try (RawClient stream = open("", "Last-Event-ID: " + first + "\r\n")) {
            String text = stream.readUntil("event: node");
            assertThat(text)
                    .contains("event: gap\ndata: {\"after\":" + first + ",\"resumedAfter\":");
        }
        try (RawClient stream = open("", "Last-Event-ID: " + (first + 1_000_000) + "\r\n")) {
            assertThat(stream.readUntil("event: node")).contains("event: gap");
        }
    }

    @Test
    void slowReaderIsCutAndOthersGoOn() throws IOException {
        try (RawClient slow = open("");
                RawClient quick = open("")) {
            // Far more than the sockets between us can hold; the quick one keeps up with each.
            NodeView node =
                    TestNodes.withProblems(
                            TestNodes.node("node-1", NodeState.CONNECTED, 0),
                            1,
                            List.of(ReportedProblem.ofNode("LONG", "x".repeat(200_000))));
            for (int i = 0; i < 500 && rest.server.eventStreams() == 2; i++) {
                publish(node, new FleetEvent.NodeProblems(node));
                quick.readUntil("event: problem");
            }
            assertThat(rest.server.eventStreams()).isEqualTo(1);
            assertThat(slow.countToEnd()).isPositive();
        }
    }

    @Test
    void streamsAreBounded() throws IOException {
        try (RawClient _ = open("");
                RawClient _ = open("");
                RawClient _ = open("")) {
            RestFixture.Answer refused = rest.get("/api/v1/events");
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.header("Retry-After")).isNotEmpty();
        }
    }

    @Test
    void badParametersAre400() {
        assertThat(
                        rest.get("/api/v1/events?types=revison")
                                .json()
                                .getJsonArray("problems")
                                .encode())
                .contains("did you mean \\\"revision\\\"?");
        assertThat(rest.get("/api/v1/events", "Last-Event-ID", "abc").status()).isEqualTo(400);
    }

    private void happen() {
        NodeView node = TestNodes.node("node-1", NodeState.CONNECTED, 0);
        publish(node, new FleetEvent.EndpointsChanged(node));
    }

    private void publish(NodeView node, FleetEvent... events) {
        rest.fleet.publish(new FleetView(List.of(node), 1), List.of(events));
    }

    private RawClient open(String query, String... headers) throws IOException {
        RawClient client = new RawClient(rest.address);
        client.send(
                "GET /api/v1/events"
                        + query
                        + " HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n"
                        + String.join("", headers)
                        + "\r\n");
        String head = client.readUntil("retry: 2000\n");
        assertThat(head).startsWith("HTTP/1.1 200").contains("text/event-stream");
        return client;
    }

    private static List<Long> ids(RawClient stream, int count) throws IOException {
        java.util.ArrayList<Long> ids = new java.util.ArrayList<>();
        Pattern event = Pattern.compile("id: (\\d+)\nevent: node");
        StringBuilder text = new StringBuilder();
        while (ids.size() < count) {
            text.append(stream.readUntil("event: node"));
            ids.clear();
            Matcher matcher = event.matcher(text);
            while (matcher.find()) {
                ids.add(Long.parseLong(matcher.group(1)));
            }
        }
        return ids;
    }
}
