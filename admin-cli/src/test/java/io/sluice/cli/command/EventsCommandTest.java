package io.sluice.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EventsCommandTest {
    private final ScriptedControlPlane server = new ScriptedControlPlane();
    private final CommandLineRun cli = CommandLineRun.against(server);

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void printsOneLineForEachEvent() {
        server.events(
                """
                retry: 2000
                id: 10

                id: 11
                event: revision
                data: {"revision":7,"time":"2026-11-21T11:59:00Z","author":"ada","message":"v2",
                data:  "changes":[{"kind":"Route","name":"shop","op":"updated"}]}

                : heartbeat

                id: 12
                event: activation
                data: {"node":"node-1","revision":7,"result":"active","activation":{"connected":2,"active":1,"rejected":0}}

                id: 13
                event: node
                data: {"change":"gone","reason":"reset","node":{"name":"node-2"}}

                id: 14
                event: problem
                data: {"node":"node-1","revision":7,"problems":[{"kind":"Listener","name":"web","code":"BIND_FAILED","message":"port 80 is taken"}]}

                """);

        assertThat(cli.run("events", "--count", "4")).isZero();
        assertThat(cli.out())
                .isEqualTo(
                        """
                        2026-11-21T11:59:00Z  revision    7 by ada "v2": route shop updated
                        2026-11-21T12:00:00Z  activation  revision 7 active on node-1 (1 of 2)
                        2026-11-21T12:00:00Z  node        node-2 gone: reset
                        2026-11-21T12:00:00Z  problem     node-1: listener web: port 80 is taken
                        """);
    }

    @Test
    void connectsAgainWhereItStopped() {
        server.events(
                """
                id: 41
                event: node
                data: {"change":"connected","node":{"name":"a"}}

                id: 44

                """,
                """
                id: 45
                event: node
                data: {"change":"gone","node":{"name":"a"}}

                """);

        assertThat(cli.run("events", "--count", "2", "-o", "json")).isZero();
        assertThat(server.requests()).hasSize(2);
        assertThat(server.requests().get(0).header("Last-event-id")).isEmpty();
        assertThat(server.requests().get(1).header("Last-event-id")).isEqualTo("44");
        assertThat(cli.out().lines())
                .containsExactly(
                        "{\"id\":\"41\",\"event\":\"node\",\"data\":{\"change\":\"connected\",\"node\":{\"name\":\"a\"}}}",
                        "{\"id\":\"45\",\"event\":\"node\",\"data\":{\"change\":\"gone\",\"node\":{\"name\":\"a\"}}}");
        assertThat(cli.err())
                .isEqualTo("the control plane is away, connecting again\nconnected again\n");
        assertThat(cli.pauses()).isEqualTo(1);
    }

    @Test
    void endsWhereNobodyAnswersAtAll() {
        server.close();

        assertThat(cli.run("events")).isEqualTo(69);
    }

    @Test
    void asksForSomeTypesOnly() {
        assertThat(cli.run("events", "--type", "nodes")).isEqualTo(64);
        assertThat(cli.run("events", "--type", "node,problem")).isEqualTo(1);
        assertThat(server.last("GET").line()).isEqualTo("GET /api/v1/events?types=node,problem");
    }
}
