package io.sluice.dataplane.l7.codec.http2;

import io.sluice.dataplane.net.FuzzCorpus;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.util.function.Consumer;

/** Replays the inputs kept for {@link CodecFuzz}, as they are and with a few bytes changed. */
final class CodecCorpusTest {
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
        FuzzCorpus.replay(name, target(name));
    }
}
