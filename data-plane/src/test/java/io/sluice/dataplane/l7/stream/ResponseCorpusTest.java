package io.sluice.dataplane.l7.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.dataplane.net.FuzzCorpus;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Replays the inputs kept for {@link ResponseFuzz}, as they are and with a few bytes changed. */
final class ResponseCorpusTest {
    /** Each takes a request, an answer and a connection. */
    private static final int MUTATIONS = 20;

    private static final int CLIENTS = 4;

    static List<String> targets() {
        return ResponseFuzz.TARGETS;
    }

    @ParameterizedTest
    @MethodSource("targets")
    void holdsForTheCorpusAndWhatIsLikeIt(String name) throws Exception {
        try (ResponseFuzz fuzz = new ResponseFuzz()) {
            FuzzCorpus.replay(name, fuzz.target(name), MUTATIONS);
        }
    }

    @ParameterizedTest
    @MethodSource("targets")
    void whatIsWholeIsPassedOnToEveryClient(String name) throws Exception {
        List<Path> whole =
                FuzzCorpus.files(name).stream()
                        .filter(file -> file.getFileName().toString().startsWith("whole-"))
                        .toList();
        assertThat(whole).isNotEmpty();
        try (ResponseFuzz fuzz = new ResponseFuzz()) {
            for (Path file : whole) {
                passesToAll(fuzz, name, file);
            }
        }
    }

    private static void passesToAll(ResponseFuzz fuzz, String name, Path file) throws IOException {
        byte[] input = Files.readAllBytes(file);
        for (int client = 0; client < CLIENTS; client++) {
            input[0] = (byte) ((input[0] & ~(CLIENTS - 1)) | client);
            assertThat(fuzz.passesOn(name, input)).as(file + " to " + client).isTrue();
        }
    }
}
