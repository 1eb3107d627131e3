package io.sluice.dataplane.tls;

import io.sluice.dataplane.net.FuzzCorpus;

import org.junit.jupiter.api.Test;

import java.io.IOException;

/** Replays the inputs kept for {@link ClientHelloFuzz}. */
class ClientHelloCorpusTest {
    @Test
    void holdsForTheCorpusAndWhatIsLikeIt() throws IOException {
        FuzzCorpus.replay("clientHello", ClientHelloFuzz::hello);
    }
}
