package io.sluice.dataplane.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Inputs that were worth keeping, replayed as they are and with a few bytes changed. */
public final class FuzzCorpus {
    private static final Path CORPUS = Path.of("src/test/resources/fuzz");
    private static final int MUTATIONS = 2_000;

    private FuzzCorpus() {}

    /** Gives a target all that is kept under its name. */
    public static void replay(String name, Consumer<byte[]> target) throws IOException {
        replay(name, target, MUTATIONS);
    }

    /**
     * As {@link #replay(String, Consumer)}.
     *
     * @param mutations how often each is changed
     */
    public static void replay(String name, Consumer<byte[]> target, int mutations)
            throws IOException {
        for (Path file : files(name)) {
            byte[] input = Files.readAllBytes(file);
            target.accept(input);
            var random = new Random(file.getFileName().toString().hashCode());
            for (int i = 0; i < mutations; i++) {
                target.accept(mutated(input, random));
            }
        }
    }

    /** All that is kept under a name. */
    public static List<Path> files(String name) throws IOException {
        try (Stream<Path> listed = Files.list(folder(name))) {
            List<Path> files = listed.sorted().toList();
            assertThat(files).isNotEmpty();
            return files;
        }
    }

    /** Where they are kept. */
    public static Path folder(String name) {
        return CORPUS.resolve(name);
    }

    private static byte[] mutated(byte[] input, Random random) {
        byte[] mutated = input.clone();
        for (int i = 1 + random.nextInt(3); i > 0 && mutated.length > 0; i--) {
            mutated[random.nextInt(mutated.length)] = (byte) random.nextInt(256);
        }
        return mutated;
    }
}
