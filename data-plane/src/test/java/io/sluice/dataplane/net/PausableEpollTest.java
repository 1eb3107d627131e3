package io.sluice.dataplane.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoRegistration;

import org.junit.jupiter.api.Test;

class PausableEpollTest {
    private final Events events = new Events();
    private boolean tasks;

    private int handle(int... counts) {
        events.counts = counts;
        events.looks = 0;
        return PausableEpoll.handle(events, new Context());
    }

    @Test
    void looksOnceWhereNothingIsLeftToDo() {
        assertThat(handle(3, 2)).isEqualTo(3);
        assertThat(events.looks).isEqualTo(1);
    }

    @Test
    void looksAgainBeforeWhatIsLeftToDoAsLongAsSomethingComes() {
        tasks = true;
        assertThat(handle(3, 2, 0, 5)).isEqualTo(5);
        assertThat(events.looks).isEqualTo(3);
        assertThat(handle(0, 5)).isZero();
        assertThat(events.looks).isEqualTo(1);
    }

    @Test
    void doesWhatIsLeftToDoWhateverComes() {
        tasks = true;
        assertThat(handle(1, 1, 1, 1, 1, 1, 1, 1)).isLessThan(8);
    }

    private final class Context implements IoHandlerContext {
        @Override
        public boolean canBlock() {
            return !tasks;
        }

        @Override
        public long delayNanos(long currentTimeNanos) {
            return 0;
        }

        @Override
        public long deadlineNanos() {
            return -1;
        }
    }

    private static final class Events implements IoHandler {
        private int[] counts = {};
        private int looks;

        @Override
        public int run(IoHandlerContext context) {
            return counts[looks++];
        }

        @Override
        public void prepareToDestroy() {
            throw new AssertionError();
        }

        @Override
        public void destroy() {
            throw new AssertionError();
        }

        @Override
        public IoRegistration register(IoHandle handle) {
            throw new AssertionError();
        }

        @Override
        public void wakeup() {
            throw new AssertionError();
        }

        @Override
        public boolean isCompatible(Class<? extends IoHandle> handleType) {
            throw new AssertionError();
        }
    }
}
