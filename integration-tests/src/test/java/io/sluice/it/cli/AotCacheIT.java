package io.sluice.it.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.it.harness.Program;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The AOT cache that a program's launcher makes and uses. */
final class AotCacheIT {
    @TempDir private Path directory;

    @Test
    void isMadeOnDemandAndNeverInTheWay() throws IOException {
        assertThat(run("train")).isEmpty();
        List<Path> caches = caches();
        assertThat(caches).singleElement().asString().endsWith(".aot");
        String version = run("on", "version", "--client");
        Files.writeString(caches.getFirst(), "not a cache");
        assertThat(run("on", "version", "--client")).isEqualTo(version);
        assertThat(run("off", "version", "--client")).isEqualTo(version);
    }

    private List<Path> caches() throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve("sluice"))) {
            return files.toList();
        }
    }

    /** What a run of sluicectl printed that ended with 0. */
    private String run(String aot, String... arguments) throws IOException {
        Path log = Files.createTempFile(directory, "run", ".log");
        Map<String, String> environment =
                Map.of("SLUICE_AOT", aot, "XDG_CACHE_HOME", directory.toString());
        try (Program program = Program.start("sluicectl", log, List.of(arguments), environment)) {
            assertThat(program.awaitExit()).as(program.log()).isZero();
            return program.log();
        }
    }
}
