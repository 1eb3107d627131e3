package io.sluice.dataplane.l7.codec.http2;

import io.sluice.dataplane.net.FuzzCorpus;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.util.List;

/** Replays the inputs kept for {@link CodecFuzz}, as they are and with a few bytes changed. */
final class CodecCorpusTest {
    static List<String> targets() {
        return CodecFuzz.TARGETS;
    }

    @ParameterizedTest
    @MethodSource("targets")
    void holdsForTheCorpusAndWhatIsLikeIt(String name) throws IOException {
        FuzzCorpus.replay(name, CodecFuzz.target(name));
    }
}
