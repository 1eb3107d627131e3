package io.sluice.dataplane.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.IoEvent;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PacedSocketsTest {
    private long nowNanos = 1_000;
    private long loopDelayNanos = 1_000_000;
    private final PacedSockets paced = new PacedSockets(() -> nowNanos);
    private final IoHandlerContext bound = paced.bound(new Context());

    @Test
    void boundsHowLongTheLoopWaits() {
        assertThat(bound.delayNanos(nowNanos)).isEqualTo(1_000_000);
        assertThat(bound.deadlineNanos()).isEqualTo(-1);
        new Handle(paced).socket.readEvery(500);
        assertThat(bound.delayNanos(nowNanos)).isEqualTo(500);
        assertThat(bound.delayNanos(nowNanos + 200)).isEqualTo(300);
        assertThat(bound.delayNanos(nowNanos + 600)).isZero();
        assertThat(bound.deadlineNanos()).isEqualTo(nowNanos + 500);
        loopDelayNanos = 100;
        assertThat(bound.delayNanos(nowNanos)).isEqualTo(100);
    }

    @Test
    void readsAllWhenTheLeastIntervalIsOver() {
        var often = new Handle(paced);
        var seldom = new Handle(paced);
        seldom.socket.readEvery(500);
        often.socket.readEvery(300);
        nowNanos += 499;
        assertThat(paced.readDue()).isZero();
        nowNanos += 1;
        assertThat(paced.readDue()).isEqualTo(2);
        assertThat(paced.readDue()).isZero();
        nowNanos += 300;
        assertThat(paced.readDue()).isEqualTo(2);
        assertThat(often.reads).isEqualTo(2);
        assertThat(seldom.reads).isEqualTo(2);

        often.socket.readEvery(0);
        nowNanos += 300;
        assertThat(paced.readDue()).isEqualTo(1);
        nowNanos += 300;
        assertThat(paced.readDue()).isZero();
        seldom.socket.readEvery(0);
        assertThat(paced.isEmpty()).isTrue();
    }

    @Test
    void goesOnWithTheOthersWhereAReadEndsSome() {
        Handle[] handles = {new Handle(paced), new Handle(paced), new Handle(paced)};
        for (Handle handle : handles) {
            handle.socket.readEvery(500);
        }
        handles[1].ends = handles[0];
        nowNanos += 500;
        assertThat(paced.readDue()).isEqualTo(3);
        handles[1].ends = handles[1];
        nowNanos += 500;
        assertThat(paced.readDue()).isEqualTo(2);
        nowNanos += 500;
        assertThat(paced.readDue()).isEqualTo(1);
        assertThat(handles).extracting(handle -> handle.reads).containsExactly(1, 2, 3);
    }

    @Test
    void needsAKernelThatWaitsExactly() {
        assertThat(PacedSockets.supportedBy("5.10.0-28-amd64")).isFalse();
        assertThat(PacedSockets.supportedBy("4.18.0-553.el8_10.x86_64")).isFalse();
        assertThat(PacedSockets.supportedBy("5.11.0\n")).isTrue();
        assertThat(PacedSockets.supportedBy("5.14.0-427.el9.x86_64")).isTrue();
        assertThat(PacedSockets.supportedBy("6.1-rc2")).isTrue();
        assertThat(PacedSockets.supportedBy("unknown")).isFalse();
        assertThat(PacedSockets.supportedBy("5")).isFalse();
        assertThat(PacedSockets.supportedBy("")).isFalse();
    }

    private final class Context implements IoHandlerContext {
        @Override
        public boolean canBlock() {
            return true;
        }

        @Override
        public long delayNanos(long currentTimeNanos) {
            return loopDelayNanos;
        }

        @Override
        public long deadlineNanos() {
            return -1;
        }
    }

    /** Counts what its socket gives it to read. */
    private static final class Handle implements EpollIoHandle {
        final EpollSocket socket;
        int reads;
        @Nullable Handle ends;

        Handle(PacedSockets paced) {
            socket = new EpollSocket(this, new SharedReadBuffer(), paced);
            socket.submit(EpollIoOps.EPOLLIN);
        }

        @Override
        public void handle(IoRegistration registration, IoEvent event) {
            reads++;
            Handle ended = ends;
            if (ended != null) {
                ended.socket.readEvery(0);
                ends = null;
            }
        }

        @Override
        public FileDescriptor fd() {
            throw new UnsupportedOperationException();
        }

        @Override
        public void close() {
            throw new UnsupportedOperationException();
        }
    }
}
