package io.sluice.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

class FuzzTargetsTest {
    @Test
    void areAllThatHaveACorpus() throws IOException {
        try (Stream<Path> corpora = Files.list(Path.of("src/test/resources/fuzz"))) {
            assertThat(corpora.map(folder -> folder.getFileName().toString()))
                    .containsExactlyInAnyOrderElementsOf(FuzzTargets.NAMES);
        }
    }
}
