package io.sluice.dataplane.net;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

class ProcessMemoryTest {
    private final AtomicInteger direct = new AtomicInteger(10);
    private final AtomicInteger heap = new AtomicInteger(95);
    private final AtomicLong clock = new AtomicLong(-5_000_000_000L);
    private final AtomicInteger collections = new AtomicInteger();
    private final ProcessMemory memory =
            new ProcessMemory(direct::get, heap::get, clock::get, collections::incrementAndGet);

    @Test
    void isAsFullAsTheFullestKind() {
        assertThat(memory.percent()).isEqualTo(95);
        direct.set(99);
        assertThat(memory.percent()).isEqualTo(99);
    }

    @Test
    void collectsTheHeapAtOnceAndThenNowAndThen() {
        memory.lookAgain();
        memory.lookAgain();
        assertThat(collections).hasValue(1);
        clock.addAndGet(ProcessMemory.COLLECT_NANOS - 1);
        memory.lookAgain();
        assertThat(collections).hasValue(1);
        clock.addAndGet(1);
        memory.lookAgain();
        assertThat(collections).hasValue(2);
    }

    @Test
    void collectsNothingForBuffers() {
        direct.set(95);
        memory.lookAgain();
        assertThat(collections).hasValue(0);
    }

    /** What was garbage all the time is known to be after one. */
    @Test
    void aCollectionOfThisProcessIsSeen() {
        assertThat(new ProcessMemory().percent()).isBetween(0, 100);
    }
}
