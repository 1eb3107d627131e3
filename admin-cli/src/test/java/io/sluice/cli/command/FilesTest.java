package io.sluice.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The commands that read files: validate, apply, diff, edit. */
class FilesTest {
    private static final String CLUSTER =
            """
            kind: Cluster
            name: storefront
            spec:
              endpoints: [{ address: "127.0.0.1:9101" }]
            """;
    private static final String NOTHING_CHANGED = "{\"revision\":3,\"changed\":[],\"warnings\":[]}";

    @TempDir Path directory;
    private final ScriptedControlPlane server = new ScriptedControlPlane();
    private final CommandLineRun cli = CommandLineRun.against(server);

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void validateNamesEveryProblemWithItsPlaceAndSendsNothing() throws IOException {
        Path file =
                write(
                        "shop.yaml",
                        CLUSTER
                                + """
                                ---
                                kind: Cluster
                                name: checkout
                                spec:
                                  endpoints: [{ adress: "127.0.0.1:9101" }]
                                  connectTimeout: soon
                                """);

        assertThat(cli.run("validate", "-f", file.toString())).isEqualTo(2);
        assertThat(cli.out().lines().toList())
                .hasSize(3)
                .anySatisfy(
                        line ->
                                assertThat(line)
                                        .startsWith(file + ":9:17: cluster checkout: endpoints[0]")
                                        .contains("did you mean \"address\"?"))
                .anySatisfy(
                        line ->
                                assertThat(line)
                                        .startsWith(
                                                file
                                                        + ":10:19: cluster checkout:"
                                                        + " connectTimeout: "));
        assertThat(cli.err()).isEqualTo("3 problems\n");
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void validateIsContentWithGoodFiles() throws IOException {
        write("a/one.yaml", CLUSTER);
        write("a/b/two.json", "{\"kind\":\"Cluster\",\"name\":\"two\",\"spec\":{}}");
        write("a/notes.txt", "not read");

        assertThat(cli.run("validate", "-f", directory.resolve("a").toString())).isZero();
        assertThat(cli.err()).isEqualTo("2 resources, no problems\n");
    }

    @Test
    void aCertificateNeedsNoKeyWhereTheStoreMayHaveIt() throws IOException {
        // openssl 3.0.19: P-256, CN=edge, valid in 2020.
        Path file =
                write(
                        "edge.yaml",
                        """
                        kind: Certificate
                        name: edge
                        spec:
                          certificate: |
                            -----BEGIN CERTIFICATE-----
                            MIIBBDCBrAIBATAKBggqhkjOPQQDAjAPMQ0wCwYDVQQDDARlZGdlMB4XDTIwMDEw
                            MTAwMDAwMFoXDTIxMDEwMTAwMDAwMFowDzENMAsGA1UEAwwEZWRnZTBZMBMGByqG
                            SM49AgEGCCqGSM49AwEHA0IABDQ6t+kg/DQN5E2DEyqhM1pWVKqvwjKj9xJ7ZYxj
                            PsBYwV0JGGIG4Ks9hMqvHT8OJ6VrNrRollMET/N4VVnyHJ8wCgYIKoZIzj0EAwID
                            RwAwRAIgMRMc1Ingzo8JJn4sqViegN6nX0puHtlK/CbTOHkii2ICIA1G1+Gq3koA
                            w4OI9XJaDTDP6N5kk50h+SMeWK5PNXEm
                            -----END CERTIFICATE-----
                        """);
        server.on("POST /api/v1/changesets", NOTHING_CHANGED);

        assertThat(cli.run("apply", "-f", file.toString())).isZero();
        assertThat(cli.run("validate", "-f", file.toString())).isZero();
        assertThat(cli.err())
                .contains("certificate edge: privateKey: is missing")
                .contains("certificate edge: certificate: expired at 2021-01-01T00:00:00Z");
    }

    @Test
    void findsTheSameResourceInTwoFiles() throws IOException {
        Path one = write("1.yaml", CLUSTER);
        Path two = write("2.yaml", CLUSTER);

        assertThat(cli.run("validate", "-f", one.toString(), "-f", two.toString())).isEqualTo(2);
        assertThat(cli.out())
                .startsWith(two + ":1:1: cluster storefront: ")
                .contains(one.toString());
    }

    @Test
    void applySendsNothingWhereAFileIsWrong() throws IOException {
        Path file = write("bad.yaml", "kind: Cluster\nname: Storefront!\nspec: {}\n");

        assertThat(cli.run("apply", "-f", file.toString())).isEqualTo(1);
        assertThat(cli.err()).startsWith(file + ":2:").endsWith("1 problem, nothing was sent\n");
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void applySendsWhatWasWrittenAsOneChangeSet() {
        server.on("POST /api/v1/changesets?allowShrink=true", NOTHING_CHANGED);
        cli.in = CLUSTER;

        assertThat(cli.run("apply", "-f", "-", "-m", "new", "--allow-shrink")).isZero();
        assertThat(server.last("POST").body())
                .isEqualTo(
                        "{\"message\":\"new\",\"operations\":[{\"upsert\":{\"kind\":\"Cluster\",\"name\":\"storefront\","
                            + "\"spec\":{\"endpoints\":[{\"address\":\"127.0.0.1:9101\"}]}}}]}");
        assertThat(cli.err()).isEqualTo("nothing changed; the newest revision is 3\n");
    }

    @Test
    void applyShowsProblemsOfTheControlPlaneAtTheirPlaceInTheFile() throws IOException {
        Path file =
                write(
                        "pg.yaml",
                        """
                        kind: Listener
                        name: postgres
                        spec:
                          address: 0.0.0.0:5432
                          tcp: { forward: { cluster: postgres } }
                        """);
        server.refuse(
                "POST /api/v1/changesets",
                422,
                """
                {"status":422,"code":"INVALID","problems":[{"kind":"Listener","name":"postgres",
                "field":"tcp.forward.cluster","code":"MISSING_REFERENCE","message":"cluster \\"postgres\\" does not exist"}]}
                """);

        assertThat(cli.run("apply", "-f", file.toString())).isEqualTo(1);
        assertThat(cli.err())
                .isEqualTo(
                        file
                                + ":5:30: listener postgres: tcp.forward.cluster: cluster"
                                + " \"postgres\" does not exist\n"
                                + "the change is not valid (1 problem), nothing was stored\n");
    }

    @Test
    void applyAsksForFiles() {
        assertThat(cli.run("apply", "-f", directory.resolve("no.yaml").toString())).isEqualTo(1);
        assertThat(cli.err()).startsWith("no such file: ");
        assertThat(cli.run("apply", "-f", directory.toString())).isEqualTo(1);
        assertThat(cli.err()).contains("no .yaml, .yml or .json file in ");
    }

    @Test
    void diffShowsWhatWouldChangeInNormalForm() {
        server.on(
                "POST /api/v1/changesets?dryRun=true&allowShrink=true&overwriteWeights=true",
                """
                {"revision":3,"dryRun":true,"changed":[{"kind":"Cluster","name":"storefront","op":"updated","etag":"e",
                "before":{"kind":"Cluster","name":"storefront","labels":{},"spec":{"connectTimeout":"1s"},"etag":"1"},
                "after":{"kind":"Cluster","name":"storefront","labels":{},"spec":{"connectTimeout":"2s"},"etag":"2"}}]}
                """,
                NOTHING_CHANGED);
        cli.in = CLUSTER;

        assertThat(cli.run("diff", "-f", "-")).isEqualTo(2);
        assertThat(cli.out())
                .startsWith("--- stored/cluster/storefront\n+++ file/cluster/storefront\n")
                .contains("-  connectTimeout: 1s\n+  connectTimeout: 2s\n")
                .doesNotContain("etag");
        assertThat(cli.err()).isEqualTo("1 resource would change\n");
        assertThat(cli.run("diff", "-f", "-")).isZero();
    }

    @Test
    void diffIsColouredOnATerminalUnlessToldNotTo() {
        server.on(
                "POST /api/v1/changesets?dryRun=true&allowShrink=true&overwriteWeights=true",
                """
                {"changed":[{"kind":"Cluster","name":"c","op":"created","before":null,"after":{"kind":"Cluster","name":"c"}}]}
                """);
        cli.in = CLUSTER;
        cli.terminal = true;
        cli.run("diff", "-f", "-");
        assertThat(cli.out()).contains("\u001b[32m+name: c\u001b[0m");

        CommandLineRun plain = CommandLineRun.against(server);
        plain.in = CLUSTER;
        plain.terminal = true;
        plain.environment.put("NO_COLOR", "1");
        plain.run("diff", "-f", "-");
        assertThat(plain.out()).contains("+name: c\n").doesNotContain("\u001b");
    }

    @Test
    void editStoresWhatTheEditorSavedIfNobodyElseDid() {
        script(NOTHING_CHANGED);
        cli.environment.put("EDITOR", "code --wait");
        cli.programs =
                command -> {
                    assertThat(command.subList(0, 3))
                            .containsExactly("sh", "-c", "code --wait \"$1\"");
                    Path file = Path.of(command.getLast());
                    Files.writeString(file, Files.readString(file).replace("9101", "9102"));
                    return 0;
                };

        assertThat(cli.run("edit", "cluster", "storefront")).isZero();
        assertThat(server.last("POST").body())
                .contains("127.0.0.1:9102")
                .contains("\"ifMatch\":\"e1\"");
    }

    @Test
    void editLeftUnchangedDoesNothing() {
        script(NOTHING_CHANGED);
        cli.programs = command -> 0;

        assertThat(cli.run("edit", "cluster", "storefront")).isZero();
        assertThat(cli.err()).isEqualTo("nothing changed\n");
        assertThat(server.requests()).hasSize(1);
    }

    @Test
    void editOpensAgainWithTheProblemsOnTopAndKeepsTheFileWhenGivenUp() throws IOException {
        script(NOTHING_CHANGED);
        Path[] file = new Path[1];
        int[] opened = new int[1];
        String[] second = new String[1];
        cli.programs =
                command -> {
                    file[0] = Path.of(command.getLast());
                    if (opened[0]++ == 0) {
                        Files.writeString(
                                file[0], Files.readString(file[0]).replace("address", "adress"));
                    } else {
                        second[0] = Files.readString(file[0]);
                    }
                    return 0;
                };

        assertThat(cli.run("edit", "cluster", "storefront")).isEqualTo(1);
        assertThat(opened[0]).isEqualTo(2);
        assertThat(second[0])
                .startsWith("#! ")
                .contains("did you mean \"address\"?")
                .contains("adress:");
        assertThat(cli.err())
                .contains("kept in " + file[0])
                .endsWith("given up; nothing was stored\n");
        assertThat(file[0]).hasContent(second[0]);
        Files.delete(file[0]);
    }

    @Test
    void editKeepsWhatWasWrittenWhenSomebodyElseWasFaster() throws IOException {
        server.on("GET /api/v1/clusters/storefront", stored())
                .refuse("POST /api/v1/changesets", 412, "{\"detail\":\"it has changed\"}");
        Path[] file = new Path[1];
        cli.programs =
                command -> {
                    file[0] = Path.of(command.getLast());
                    Files.writeString(file[0], Files.readString(file[0]).replace("9101", "9102"));
                    return 0;
                };

        assertThat(cli.run("edit", "cluster", "storefront")).isEqualTo(5);
        assertThat(file[0]).content().contains("9102");
        Files.delete(file[0]);
    }

    private void script(String answer) {
        server.on("GET /api/v1/clusters/storefront", stored())
                .on("POST /api/v1/changesets", answer);
    }

    private static String stored() {
        return """
        {"kind":"Cluster","name":"storefront","labels":{},"spec":{"endpoints":[{"address":"127.0.0.1:9101"}]},
        "revision":2,"etag":"e1"}
        """;
    }

    private Path write(String name, String text) throws IOException {
        Path file = directory.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text);
    }
}
