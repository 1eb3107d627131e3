package io.sluice.dataplane.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;

import org.junit.jupiter.api.Test;

final class LoopClockTest {
    private long nanos = 5;
    private final Loop loop = new Loop(0, new EmbeddedChannel().eventLoop(), () -> nanos);

    @Test
    void allOfOneReadCameAtOneTime() {
        assertThat(loop.readNanos()).isEqualTo(5);
        loop.beginRead();
        nanos = 7;
        assertThat(loop.readNanos()).isEqualTo(5);
        assertThat(loop.preciseNanos()).isEqualTo(7);
        loop.beginRead();
        assertThat(loop.readNanos()).isEqualTo(7);
        loop.endRead();
        nanos = 9;
        assertThat(loop.readNanos()).isEqualTo(9);
    }
}
