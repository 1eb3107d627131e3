package io.sluice.controlplane.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

final class TicketKeyRingTest {
    private final AtomicLong nanos = new AtomicLong();
    private final TicketKeyRing ring = new TicketKeyRing(nanos::get);

    private List<ByteString> keys() {
        return ring.message().getTicketKeys().getKeysList();
    }

    @Test
    void everyNodeHasAKeyBeforeItSealsAndAfter() {
        List<ByteString> first = keys();
        assertThat(first).hasSize(3).doesNotHaveDuplicates();
        assertThat(first).allMatch(key -> key.size() == 48);
        nanos.addAndGet(TicketKeyRing.TURN.toNanos() - 1);
        assertThat(ring.turn()).isFalse();
        nanos.addAndGet(1);
        assertThat(ring.turn()).isTrue();
        assertThat(ring.turn()).isFalse();
        List<ByteString> second = keys();
        assertThat(second.get(0)).isEqualTo(first.get(2));
        assertThat(second.get(1)).isEqualTo(first.get(0));
        assertThat(first).doesNotContain(second.get(2));
    }
}
