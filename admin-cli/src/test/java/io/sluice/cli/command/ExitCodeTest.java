package io.sluice.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;

class ExitCodeTest {
    private final ScriptedControlPlane server = new ScriptedControlPlane();
    private final CommandLineRun cli = CommandLineRun.against(server);

    @AfterEach
    void close() {
        server.close();
    }

    @ParameterizedTest
    @CsvSource({
        "400, 1", "401, 77", "403, 77", "404, 1", "409, 5", "410, 1", "412, 5", "413, 1", "422, 1",
        "500, 1", "503, 1"
    })
    void followsTheStatusOfARefusal(int status, int exitCode) {
        server.refuse(
                "GET /api/v1/routes/shop",
                status,
                "{\"status\":" + status + ",\"detail\":\"so it is\"}");

        assertThat(cli.run("get", "route", "shop")).isEqualTo(exitCode);
        assertThat(cli.err()).endsWith("so it is\n");
        assertThat(cli.out()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "aply",
                "get",
                "get routs",
                "get routes --ouput json",
                "get routes -o xml",
                "get routes --timeout soon",
                "get routes --server ftp://x",
                "get routes --context prod",
                "apply",
                "apply shop.yaml",
                "delete route",
                "delete",
                "rollback now",
                "history forty",
                "node",
                "node drian node-1",
                "canary set shop",
                "canary set shop/checkout v2",
                "completion tcsh",
                "stats cluster",
                "connections --limit 0",
                "connections kil",
                "get routes shop -l team=shop",
                "--",
            })
    void sixtyFourOnUsage(String line) {
        assertThat(cli.run(line.split(" "))).isEqualTo(64);
        assertThat(cli.err()).isNotEmpty();
        assertThat(cli.out()).isEmpty();
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void sixtyNineWhereNobodyAnswers() {
        server.close();

        assertThat(cli.run("get", "routes")).isEqualTo(69);
        assertThat(cli.err())
                .endsWith(
                        "cannot reach the control plane at "
                                + server.url()
                                + ": connection refused\n"
                                + "is it running? --server, SLUICECTL_SERVER or a context name"
                                + " another one\n");
    }

    @Test
    void sixtyNineWhereTheHostIsUnknown() {
        assertThat(cli.run("get", "routes", "--server", "http://sluice.invalid:7070"))
                .isEqualTo(69);
        assertThat(cli.err()).contains("unknown host sluice.invalid");
    }

    @Test
    void sixtyNineWhereTheAnswerIsNoJson() {
        server.on("GET /api/v1/status", "<html>welcome</html>");

        assertThat(cli.run("status")).isEqualTo(69);
    }

    @Test
    void showsEveryProblemOfARefusalOneALine() {
        server.refuse(
                "POST /api/v1/changesets",
                409,
                """
                {"status":409,"code":"IN_USE","detail":"d","problems":[
                 {"kind":"Cluster","name":"v1","code":"IN_USE","message":"is used by route shop","hint":"change the route first"},
                 {"kind":"Cluster","name":"v2","field":"","code":"IN_USE","message":"is used by route \\u001b[31mshop"}]}
                """);

        assertThat(cli.run("delete", "clusters", "v1", "v2")).isEqualTo(5);
        assertThat(cli.err())
                .isEqualTo(
                        """
                        cluster v1: is used by route shop; change the route first
                        cluster v2: is used by route \ufffd[31mshop
                        """);
    }

    @Test
    void helpIsNoError() {
        for (String command : Commands.NAMES) {
            CommandLineRun run = new CommandLineRun();
            assertThat(run.run(command, "--help")).as(command).isZero();
            assertThat(run.out())
                    .as(command)
                    .contains("Usage: sluicectl " + command)
                    .contains("Example");
            assertThat(run.err()).as(command).isEmpty();
        }
    }

    @Test
    void everyCommandBelowAnotherHasHelpWithAnExample() {
        for (List<String> words :
                List.of(
                        List.of("node", "list"),
                        List.of("node", "describe"),
                        List.of("node", "drain"),
                        List.of("node", "undrain"),
                        List.of("drain", "endpoint"),
                        List.of("drain", "listener"),
                        List.of("connections", "kill"),
                        List.of("canary", "set"),
                        List.of("canary", "release"),
                        List.of("canary", "status"))) {
            CommandLineRun run = new CommandLineRun();
            assertThat(run.run(words.get(0), words.get(1), "--help")).isZero();
            assertThat(run.out())
                    .contains("Example")
                    .contains("  sluicectl " + String.join(" ", words));
        }
    }

    @Test
    void suggestsWhatWasProbablyMeant() {
        cli.run("aply", "-f", "x");
        cli.run("get", "routes", "--ouput=json");
        cli.run("get", "clutser");
        cli.run("canary", "stauts");

        assertThat(cli.err())
                .contains("unknown command \"aply\"; did you mean \"apply\"?")
                .contains("unknown option \"--ouput\"; did you mean \"--output\"?")
                .contains("unknown kind \"clutser\"; did you mean \"cluster\"?")
                .contains("unknown command \"stauts\"; did you mean \"status\"?");
    }

    @Test
    void withoutACommandShowsHelpAsAnError() {
        assertThat(cli.run()).isEqualTo(64);
        assertThat(cli.err()).startsWith("Usage: sluicectl [OPTIONS] COMMAND");
    }
}
