package io.sluice.proto.options;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

final class ProgramOptionsTest {
    @TempDir Path dir;
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final Demo demo = new Demo();

    @Test
    void flagBeatsVariableBeatsFileBeatsDefault() throws IOException {
        String file = file("data-dir: from-file\nname: from-file\nlevel: 3\n");
        Map<String, String> environment =
                Map.of("DEMO_DATA_DIR", "from-env", "DEMO_NAME", "from-env");

        assertThat(run(environment, "--config", file, "--data-dir", "from-flag")).isZero();

        assertThat(demo.dataDir).isEqualTo("from-flag");
        assertThat(demo.name).isEqualTo("from-env");
        assertThat(demo.level).isEqualTo(3);
        assertThat(demo.other).isEqualTo("default");
    }

    @Test
    void theFileCanBeNamedByVariable() throws IOException {
        assertThat(run(Map.of("DEMO_CONFIG", file("name: x")))).isZero();
        assertThat(demo.name).isEqualTo("x");
    }

    @Test
    void listsComeByCommaByRepeatingAndAsYaml() throws IOException {
        run(Map.of("DEMO_PEER", "a:1,b:2"));
        assertThat(demo.peers).containsExactly("a:1", "b:2");

        run(Map.of("DEMO_PEER", "a:1,b:2"), "--peer", "c:3", "--peer", "d:4");
        assertThat(demo.peers).containsExactly("c:3", "d:4");

        run(
                Map.of(),
                "--config",
                file("peer: [e:5, f:6]\nlabel: {zone: a, tier: web}\ninsecure: true\n"));
        assertThat(demo.peers).containsExactly("e:5", "f:6");
        assertThat(demo.labels)
                .containsExactlyInAnyOrderEntriesOf(Map.of("zone", "a", "tier", "web"));
        assertThat(demo.insecure).isTrue();
    }

    @Test
    void flagsOfASubcommandAreThoseOfTheProgram() throws IOException {
        assertThat(run(Map.of("DEMO_NAME", "env"), "backup", "--data-dir", "d")).isEqualTo(7);
        assertThat(demo.dataDir).isEqualTo("d");
        assertThat(demo.name).isEqualTo("env");

        assertThat(run(Map.of("DEMO_DATA_DIR", "env"), "--data-dir=e", "backup")).isEqualTo(7);
        assertThat(demo.dataDir).isEqualTo("e");
    }

    @Test
    void wrongUsageIsOneSentenceAnd64() throws IOException {
        assertThat(run(Map.of(), "--data-dri", "x")).isEqualTo(64);
        assertThat(err.toString())
                .startsWith("demo: ")
                .contains("--data-dri", "did you mean \"--data-dir\"?")
                .hasLineCount(1);
        assertThat(run(Map.of(), "--level", "many")).isEqualTo(64);
        assertThat(run(Map.of("DEMO_LEVEL", "many"))).isEqualTo(64);
    }

    @Test
    void wrongFilesAreOneSentenceAnd64() throws IOException {
        assertThat(run(Map.of(), "--config", "/does/not/exist")).isEqualTo(64);
        assertThat(run(Map.of(), "--config", file("nmae: x"))).isEqualTo(64);
        assertThat(run(Map.of(), "--config", file("name: [x"))).isEqualTo(64);
        assertThat(run(Map.of(), "--config", file("- x"))).isEqualTo(64);
        assertThat(run(Map.of(), "--config", dir.toString())).isEqualTo(64);
        assertThat(err.toString())
                .hasLineCount(5)
                .contains(
                        "does not exist",
                        "did you mean \"name\"?",
                        "is not YAML",
                        "is not a mapping");
    }

    @Test
    void aStartFailureIsOneSentenceAnd1() throws IOException {
        demo.failure = new StartFailure("the port is taken");
        assertThat(run(Map.of())).isEqualTo(1);
        assertThat(err).hasToString("demo: the port is taken" + System.lineSeparator());
    }

    @Test
    void helpNamesEveryOptionAndItsVariable() throws IOException {
        assertThat(run(Map.of(), "--help")).isZero();
        assertThat(out.toString())
                .contains(
                        "--data-dir",
                        "DEMO_DATA_DIR",
                        "--level",
                        "DEMO_LEVEL",
                        "default 1",
                        "backup");
    }

    @Test
    void stateLiesWhereXdgSays() {
        assertThat(ProgramOptions.stateHome(Map.of(), "/home/me"))
                .hasToString("/home/me/.local/state/sluice");
        assertThat(ProgramOptions.stateHome(Map.of("XDG_STATE_HOME", "/s"), "/home/me"))
                .hasToString("/s/sluice");
        assertThat(ProgramOptions.stateHome(Map.of("XDG_STATE_HOME", "s"), "/home/me"))
                .hasToString("/home/me/.local/state/sluice");
    }

    private int run(Map<String, String> environment, String... arguments) {
        return ProgramOptions.commandLine(
                        demo,
                        "DEMO",
                        arguments,
                        environment,
                        new PrintWriter(out, true),
                        new PrintWriter(err, true))
                .execute();
    }

    private String file(String text) throws IOException {
        return Files.writeString(dir.resolve("config-" + text.hashCode() + ".yaml"), text)
                .toString();
    }

    @Command(name = "demo", mixinStandardHelpOptions = true)
    static final class Demo implements Callable<Integer> {
        @Option(names = "--config", scope = ScopeType.INHERIT)
        @Nullable String config;

        @Option(names = "--data-dir", scope = ScopeType.INHERIT, description = "Where.")
        @Nullable String dataDir;

        @Option(names = "--name", scope = ScopeType.INHERIT)
        @Nullable String name;

        @Option(names = "--other", defaultValue = "default", scope = ScopeType.INHERIT)
        @Nullable String other;

        @Option(names = "--level", defaultValue = "1", scope = ScopeType.INHERIT)
        int level;

        @Option(names = "--insecure", scope = ScopeType.INHERIT)
        boolean insecure;

        @Option(names = "--peer", split = ",", scope = ScopeType.INHERIT)
        List<String> peers = List.of();

        @Option(names = "--label", split = ",", scope = ScopeType.INHERIT)
        Map<String, String> labels = Map.of();

        @Nullable StartFailure failure;

        @Override
        public Integer call() {
            if (failure != null) {
                throw failure;
            }
            return 0;
        }

        @Command(name = "backup")
        int backup() {
            return 7;
        }
    }
}
