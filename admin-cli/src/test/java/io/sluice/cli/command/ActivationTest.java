package io.sluice.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.time.Duration;

class ActivationTest {
    private static final String REVISION = "GET /api/v1/revisions/7?view=activation";

    private final ScriptedControlPlane server = new ScriptedControlPlane();
    private final CommandLineRun cli = CommandLineRun.against(server);

    @BeforeEach
    void write() {
        server.on(
                "POST /api/v1/changesets",
                """
                {"revision":7,"changed":[{"kind":"Route","name":"shop","op":"deleted","etag":"e"}],"warnings":[]}
                """);
    }

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void returnsAsSoonAsAllNodesAreActive() {
        server.on(REVISION, activation(2, 0, 0), activation(2, 1, 0), activation(2, 2, 0));

        assertThat(cli.run("delete", "route", "shop")).isZero();
        assertThat(cli.out()).isEqualTo("route shop deleted\n");
        assertThat(cli.err())
                .isEqualTo(
                        """
                        revision 7: active on 0 of 2 nodes
                        revision 7: active on 1 of 2 nodes
                        revision 7 is active on all 2 nodes after 20 ms
                        """);
        assertThat(cli.pauses()).isEqualTo(2);
    }

    @Test
    void asksOftenAtFirstAndSeldomLater() {
        server.on(REVISION, activation(1, 0, 0));

        cli.run("delete", "route", "shop");

        assertThat(cli.elapsed()).isEqualTo(Duration.ofSeconds(30));
        assertThat(cli.pauses()).isBetween(60, 120);
    }

    @Test
    void threeWhenTimeIsUpAndSaysWhoIsMissing() {
        server.on(
                REVISION,
                activation(
                        2,
                        1,
                        0,
                        "{\"name\":\"node-1\",\"state\":\"connected\",\"activeRevision\":7,\"problems\":[]}",
                        "{\"name\":\"node-2\",\"state\":\"connected\",\"activeRevision\":6,\"problems\":[]}"));

        assertThat(cli.run("delete", "route", "shop", "--timeout", "2s")).isEqualTo(3);
        assertThat(cli.elapsed()).isEqualTo(Duration.ofSeconds(2));
        assertThat(cli.err())
                .endsWith(
                        """
                        not yet active on node-2 (at revision 6)
                        timed out after 2.0 s: revision 7 is stored and active on 1 of 2 nodes
                        """);
    }

    @Test
    void fourWhenANodeRefusesAndSaysWhoAndWhy() {
        server.on(
                REVISION,
                activation(
                        2,
                        1,
                        1,
                        "{\"name\":\"node-1\",\"state\":\"connected\",\"activeRevision\":7,\"problems\":[]}",
                        """
                        {"name":"node-2","state":"connected","activeRevision":6,"rejectedRevision":7,"problems":[
                        {"kind":"Route","name":"shop","field":"rules[0].match","code":"UNSUPPORTED","message":"is unknown here"}]}
                        """));

        assertThat(cli.run("delete", "route", "shop")).isEqualTo(4);
        assertThat(cli.pauses()).isZero();
        assertThat(cli.err())
                .endsWith(
                        """
                        node node-2: route shop: rules[0].match: is unknown here
                        revision 7 is stored, but 1 node rejected it and serve what they served before
                        """
                                .replace("serve what they served", "serves what it served"));
    }

    @Test
    void fourWhenANodeIsActiveButCannotServeWhatChanged() {
        server.on(
                REVISION,
                activation(
                        1,
                        1,
                        0,
                        """
                        {"name":"node-2","state":"connected","activeRevision":7,"problems":[
                        {"kind":"route","name":"shop","code":"BIND_FAILED","message":"port is taken"}]}
                        """));

        assertThat(cli.run("delete", "route", "shop")).isEqualTo(4);
        assertThat(cli.err()).contains("node node-2: route shop: port is taken\n");
    }

    @Test
    void olderProblemsAreWarnings() {
        server.on(
                REVISION,
                activation(
                        1,
                        1,
                        0,
                        """
                        {"name":"node-2","state":"connected","activeRevision":7,"problems":[
                        {"kind":"listener","name":"other","code":"BIND_FAILED","message":"port is taken"}]}
                        """));

        assertThat(cli.run("delete", "route", "shop")).isZero();
        assertThat(cli.err())
                .contains(
                        "warning: node node-2: listener other: port is taken (not of this change)");
    }

    @Test
    void withNoNodeConnectedItIsStoredAndSaysSo() {
        server.on(REVISION, activation(0, 0, 0));

        assertThat(cli.run("delete", "route", "shop")).isZero();
        assertThat(cli.err())
                .endsWith("revision 7 is stored; no node is connected to take it up\n");
    }

    @Test
    void waitsForAsManyNodesAsAsked() {
        server.on(
                REVISION,
                activation(0, 0, 0),
                activation(1, 1, 0),
                activation(2, 1, 0),
                activation(2, 2, 0));

        assertThat(cli.run("delete", "route", "shop", "--nodes", "2")).isZero();
        assertThat(cli.pauses()).isEqualTo(3);
    }

    @Test
    void doesNotWaitWhenToldNotTo() {
        assertThat(cli.run("delete", "route", "shop", "--wait=false")).isZero();
        assertThat(cli.err()).isEqualTo("revision 7 is stored\n");
        assertThat(server.requests()).hasSize(1);
    }

    @Test
    void redrawsOneLineOnATerminal() {
        cli.terminal = true;
        server.on(REVISION, activation(2, 1, 0), activation(2, 2, 0));

        cli.run("delete", "route", "shop");

        assertThat(cli.err())
                .contains("\rrevision 7  [")
                .contains("1/2 nodes active")
                .contains("2/2 nodes active");
        assertThat(cli.err()).doesNotContain("active on 1 of 2");
    }

    @Test
    void doesNotRedrawOnADumbTerminal() {
        cli.terminal = true;
        cli.environment.put("TERM", "dumb");
        server.on(REVISION, activation(2, 1, 0), activation(2, 2, 0));

        cli.run("delete", "route", "shop");

        assertThat(cli.err())
                .doesNotContain("\r")
                .doesNotContain("\u001b")
                .contains("active on 1 of 2");
    }

    private static String activation(int connected, int active, int rejected, String... nodes) {
        return """
        {"revision":7,"activation":{"connected":%d,"active":%d,"rejected":%d,"nodes":[%s]}}
        """
                .formatted(connected, active, rejected, String.join(",", nodes));
    }
}
