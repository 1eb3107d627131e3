package io.sluice.dataplane.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.socket.SocketProtocolFamily;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TcpReadsTest {
    private TcpChannel channel;
    private TcpReads reads;

    @BeforeEach
    void open() {
        assumeTrue(Epoll.isAvailable());
        channel = new TcpChannel(SocketProtocolFamily.INET);
        reads = channel.config().getRecvByteBufAllocator();
    }

    @AfterEach
    void close() throws Exception {
        if (channel != null) {
            channel.socket().close();
        }
    }

    @Test
    void readsMoreWhereAReadFillsTheBuffer() {
        int first = reads.guess();
        event(first, 10);
        assertThat(reads.guess()).isGreaterThan(first);

        event(reads.guess(), 10);
        assertThat(reads.guess()).isEqualTo(SharedReadBuffer.BYTES);

        event(reads.guess(), reads.guess(), 10);
        assertThat(reads.guess()).isEqualTo(SharedReadBuffer.BYTES);
    }

    @Test
    void readsLessAfterTwoEventsWithLittle() {
        int first = reads.guess();
        event(10);
        assertThat(reads.guess()).isEqualTo(first);
        event(10);
        assertThat(reads.guess()).isLessThan(first);
        for (int i = 0; i < 100; i++) {
            event(1);
        }
        assertThat(reads.guess()).isPositive();
    }

    @Test
    void keepsItsSizeWhereLittleAndMuchTakeTurns() {
        int first = reads.guess();
        for (int i = 0; i < 10; i++) {
            event(10);
            event(first - 1);
        }
        assertThat(reads.guess()).isEqualTo(first);
    }

    @Test
    void endsAnEventWithAShortReadAndWhenReadingIsStopped() {
        reads.reset(channel.config());
        assertThat(read(reads.guess())).isTrue();
        assertThat(read(1)).isFalse();

        reads.reset(channel.config());
        channel.config().setAutoRead(false);
        assertThat(read(reads.guess())).isFalse();
    }

    /** One read event that brings these many bytes, read by read. */
    private void event(int... counts) {
        reads.reset(channel.config());
        for (int count : counts) {
            read(count);
        }
        reads.readComplete();
    }

    private boolean read(int count) {
        reads.attemptedBytesRead(reads.guess());
        reads.lastBytesRead(count);
        reads.incMessagesRead(1);
        return reads.continueReading();
    }
}
