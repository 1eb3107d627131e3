package io.sluice.dataplane.net;

import org.junit.jupiter.api.Test;

import java.io.IOException;

/** Replays the inputs kept for {@link ProxyHeaderFuzz}. */
class ProxyHeaderCorpusTest {
    @Test
    void holdsForTheCorpusAndWhatIsLikeIt() throws IOException {
        FuzzCorpus.replay("proxyHeader", ProxyHeaderFuzz::header);
    }
}
