package io.sluice.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

class CliOptionsTest {
    private static final String NOTHING = "{\"items\":[]}";

    @TempDir Path home;
    private final ScriptedControlPlane first = new ScriptedControlPlane();
    private final ScriptedControlPlane second = new ScriptedControlPlane();
    private final CommandLineRun cli = new CommandLineRun();

    @BeforeEach
    void script() {
        cli.home = home;
        for (ScriptedControlPlane server : new ScriptedControlPlane[] {first, second}) {
            server.on("GET /api/v1/routes?pageSize=500", NOTHING);
        }
    }

    @AfterEach
    void close() {
        first.close();
        second.close();
    }

    @Test
    void flagBeatsEnvironmentBeatsFile() throws IOException {
        config("server: " + first.url() + "\noutput: json\n");
        assertThat(cli.run("get", "routes")).isZero();
        assertThat(first.requests()).hasSize(1);
        assertThat(cli.out()).contains("\"items\": []");

        cli.environment.put("SLUICECTL_SERVER", second.url());
        cli.environment.put("SLUICECTL_OUTPUT", "name");
        cli.run("get", "routes");
        assertThat(second.requests()).hasSize(1);

        cli.run("--server", first.url(), "get", "routes");
        cli.run("get", "routes", "--server=" + first.url());
        assertThat(first.requests()).hasSize(3);
        assertThat(second.requests()).hasSize(1);
    }

    @Test
    void contextGivesServerAndToken() throws IOException {
        config(
                """
                context: one
                contexts:
                  one: { server: "%s", token: s3cret }
                  two: { server: "%s", token-file: two.token }
                """
                        .formatted(first.url(), second.url()));
        Files.writeString(home.resolve(".config/sluice/two.token"), "other\n");

        cli.run("get", "routes");
        assertThat(first.last("GET").header("Authorization")).isEqualTo("Bearer s3cret");

        cli.run("--context", "two", "get", "routes");
        assertThat(second.last("GET").header("Authorization")).isEqualTo("Bearer other");
    }

    @Test
    void doesNotGiveAContextsTokenToAnotherServer() throws IOException {
        config(
                "context: one\ncontexts:\n  one: { server: \""
                        + first.url()
                        + "\", token: s3cret }\n");

        cli.run("get", "routes", "--server", second.url());

        assertThat(second.last("GET").header("Authorization")).isEmpty();
    }

    @Test
    void aContextFlagBeatsTheServerOfTheEnvironment() throws IOException {
        config("contexts:\n  two: { server: \"" + second.url() + "\" }\n");
        cli.environment.put("SLUICECTL_SERVER", first.url());

        cli.run("get", "routes", "--context", "two");

        assertThat(second.requests()).hasSize(1);
        assertThat(first.requests()).isEmpty();
    }

    @Test
    void saysWhatIsWrongWithTheFile() throws IOException {
        config("sever: x\n");
        assertThat(cli.run("get", "routes")).isEqualTo(64);
        assertThat(cli.err()).contains("config.yaml: sever: unknown key; did you mean \"server\"?");

        config("contexts: [\n");
        assertThat(cli.run("get", "routes")).isEqualTo(64);
        assertThat(cli.err()).contains("config.yaml: is not YAML");

        config("contexts:\n  prod: {server: \"http://x:1\"}\n");
        assertThat(cli.run("get", "routes", "--context", "prd")).isEqualTo(64);
        assertThat(cli.err()).contains("no context \"prd\"").contains("did you mean \"prod\"?");
    }

    @Test
    void claimsTheAuthorThatTheUserNames() {
        first.refuse("POST /api/v1/changesets", 422, "{\"detail\":\"no\"}");
        cli.environment.put("SLUICECTL_SERVER", first.url());
        cli.run("delete", "route", "shop");
        assertThat(first.last("POST").header("Sluice-Author")).isEqualTo("ada");

        cli.environment.put("SLUICECTL_AUTHOR", "grace");
        cli.run("delete", "route", "shop");
        assertThat(first.last("POST").header("Sluice-Author")).isEqualTo("grace");
    }

    private void config(String text) throws IOException {
        Path file = home.resolve(".config/sluice/config.yaml");
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }
}
