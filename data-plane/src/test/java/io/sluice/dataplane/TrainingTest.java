package io.sluice.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

final class TrainingTest {
    private static final int DIVISOR = 40;

    @TempDir private Path directory;

    @Test
    void relaysAndStartsFromDisk() throws IOException {
        assertThat(Training.run(directory, DIVISOR)).isZero();
        assertThat(directory.resolve("data/current.snapshot")).isNotEmptyFile();
        assertThat(logged("\"cluster\":\"self\""))
                .anyMatch(line -> line.contains("\"route\":\"h2h2\""))
                .anyMatch(line -> line.contains("\"route\":\"h2\""))
                .allMatch(line -> line.contains("\"status\":200"));
    }

    // What the file became too large for is in the one before it.
    private List<String> logged(String text) throws IOException {
        List<String> found = new ArrayList<>();
        for (String name : List.of("access.log.1", "access.log")) {
            Path file = directory.resolve(name);
            if (Files.exists(file)) {
                Files.readAllLines(file).stream()
                        .filter(line -> line.contains(text))
                        .forEach(found::add);
            }
        }
        return found;
    }

    @Test
    void failsWhereItCannotWrite() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));
        assertThat(Training.run(file, DIVISOR)).isEqualTo(1);
    }
}
