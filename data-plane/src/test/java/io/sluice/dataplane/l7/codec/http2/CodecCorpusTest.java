package io.sluice.dataplane.l7.codec.http2;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Replays the inputs kept for {@link CodecFuzz}, as they are and with a few bytes changed. */
final class CodecCorpusTest {
    private static final Path CORPUS = Path.of("src/test/resources/fuzz");
    private static final int MUTATIONS = 2_000;

    private static Consumer<byte[]> target(String name) {
        return switch (name) {
            case "requestHead" -> CodecFuzz::requestHead;
            case "chunks" -> CodecFuzz::chunks;
            case "hpack" -> CodecFuzz::hpack;
            case "frames" -> CodecFuzz::frames;
            case "bridge" -> CodecFuzz::bridge;
            default -> throw new AssertionError(name);
        };
    }

    @ParameterizedTest
    @ValueSource(strings = {"requestHead", "chunks", "hpack", "frames", "bridge"})
    void holdsForTheCorpusAndWhatIsLikeIt(String name) throws IOException {
        Consumer<byte[]> target = target(name);
        List<Path> files;
        try (Stream<Path> listed = Files.list(CORPUS.resolve(name))) {
            files = listed.sorted().toList();
        }
        assertThat(files).isNotEmpty();
        for (Path file : files) {
            byte[] input = Files.readAllBytes(file);
            target.accept(input);
            var random = new Random(file.getFileName().toString().hashCode());
            for (int i = 0; i < MUTATIONS; i++) {
                target.accept(mutated(input, random));
            }
        }
    }

    private static byte[] mutated(byte[] input, Random random) {
        byte[] mutated = input.clone();
        for (int i = 1 + random.nextInt(3); i > 0 && mutated.length > 0; i--) {
            mutated[random.nextInt(mutated.length)] = (byte) random.nextInt(256);
        }
        return mutated;
    }
}
