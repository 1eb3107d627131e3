package io.sluice.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

final class TrainingTest {
    private static final int DIVISOR = 40;

    @TempDir private Path directory;

    @Test
    void relaysAndStartsFromDisk() {
        assertThat(Training.run(directory, DIVISOR)).isZero();
        assertThat(directory.resolve("data/current.snapshot")).isNotEmptyFile();
        assertThat(directory.resolve("access.log")).isNotEmptyFile();
    }

    @Test
    void failsWhereItCannotWrite() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));
        assertThat(Training.run(file, DIVISOR)).isEqualTo(1);
    }
}
