package io.sluice.dataplane.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.IoEvent;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.channel.uring.IoUringIoEvent;
import io.netty.channel.uring.IoUringIoHandle;
import io.netty.channel.uring.IoUringIoOps;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

/** What the kernel and Netty say to each other through it; the real ones are in RelayTest. */
class IoUringSocketTest {
    private static final byte POLL_ADD = 6;
    private static final byte CLOSE = 19;
    private static final byte SEND = 26;
    private static final byte RECV = 27;
    private static final int POLLIN = 0x1;
    private static final int POLLOUT = 0x4;
    private static final int POLLERR = 0x8;
    private static final int POLLHUP = 0x10;
    private static final int POLLRDHUP = 0x2000;
    private static final int RESET = POLLIN | POLLERR | POLLHUP | POLLRDHUP;
    private static final int MORE = 2;
    private static final int NONEMPTY = 4;
    private static final int EAGAIN = -11;
    private static final int ECANCELED = -125;

    /** The number of the first poll for edges. */
    private static final long FIRST = (1L << 32) + 1;

    /** That of the poll for errors. */
    private static final long ERRORS = (1L << 32) - 1;

    private final Ring ring = new Ring();
    private final Channel channel = new Channel();
    private final Owner owner = new Owner();
    private final IoUringSocket socket = new IoUringSocket(owner, channel);

    IoUringSocketTest() {
        channel.socket = socket;
        socket.registeredAs(ring);
    }

    @Test
    void leavesThePollForRoomAloneWhileThePeerGoesOn() {
        completed(SEND, EAGAIN, 0);
        assertThat(ring.submitted).containsExactly(Channel.POLL_FOR_ROOM);
        completed(POLL_ADD, POLLOUT, 0);
        assertThat(channel.heard).containsExactly("26:-11", "6:4");
    }

    @Test
    void triesToWriteWhereThePollForRoomSaysNoMoreThanTheEnd() {
        completed(SEND, EAGAIN, 0);
        completed(POLL_ADD, POLLRDHUP, 0);
        assertThat(channel.heard).containsExactly("26:-11", "6:-125", "6:4");
    }

    @Test
    void waitsForEdgesWhereThePeerEnded() {
        completed(POLL_ADD, POLLRDHUP, 0);
        completed(SEND, EAGAIN, 0);
        assertThat(ring.submitted)
                .singleElement()
                .asString()
                .contains("opcode=6,", "fd=7,", "len=1,", "union3=4,", "data=" + FIRST + ",");
        channel.heard.clear();
        // Nothing else is said until there is room: else it would spin.
        edge(FIRST, POLLRDHUP, MORE);
        assertThat(channel.heard).isEmpty();
        edge(FIRST, POLLRDHUP | POLLOUT, MORE);
        assertThat(channel.heard).containsExactly("6:4");
    }

    @Test
    void waitsForEdgesNoLongerThanTheWriteDoes() {
        completed(POLL_ADD, POLLRDHUP, 0);
        completed(SEND, EAGAIN, 0);
        edge(FIRST, POLLOUT, MORE);
        assertThat(ring.submitted).hasSize(2);
        assertThat(ring.submitted.getLast()).contains("opcode=14,", "union2=1,");
        channel.heard.clear();
        // As the cancelled one ends the next is under way.
        completed(SEND, EAGAIN, 0);
        edge(FIRST, ECANCELED, 0);
        assertThat(ring.submitted).hasSize(3);
        assertThat(channel.heard).containsExactly("26:-11");
        edge(FIRST + 1, POLLOUT, MORE);
        assertThat(channel.heard).containsExactly("26:-11", "6:4");
    }

    @Test
    void looksAgainForRoomWhereAnEdgeMayHaveComeBeforeTheWriteThatFailed() {
        completed(POLL_ADD, POLLRDHUP, 0);
        completed(SEND, EAGAIN, 0);
        completed(SEND, EAGAIN, 0);
        assertThat(ring.submitted).hasSize(3);
        assertThat(ring.submitted.getLast()).contains("data=" + (FIRST + 1) + ",");
    }

    @Test
    void letsNettyGoWhenItCancelsThePollForEdges() {
        completed(POLL_ADD, POLLRDHUP, 0);
        completed(SEND, EAGAIN, 0);
        channel.heard.clear();
        edge(FIRST, ECANCELED, 0);
        assertThat(channel.heard).containsExactly("6:4");
        assertThat(ring.submitted).hasSize(1);
    }

    @Test
    void endsThePollForEdgesWithTheSocket() {
        completed(POLL_ADD, POLLRDHUP, 0);
        completed(SEND, EAGAIN, 0);
        channel.heard.clear();
        completed(CLOSE, 0, 0);
        assertThat(channel.heard).containsExactly("19:0", "6:4");
        assertThat(ring.submitted.getLast()).contains("opcode=14,", "union2=1,");
    }

    @Test
    void countsACancelledPollForRoomAsDone() {
        completed(SEND, EAGAIN, 0);
        completed(POLL_ADD, ECANCELED, 0);
        assertThat(channel.heard).containsExactly("26:-11", "6:-125", "6:4");
    }

    @Test
    void completesAReadWithinItsTurnAndOnlyThenSaysThatThereIsMore() {
        completed(RECV, 10, NONEMPTY);
        assertThat(channel.heard).containsExactly("27:10", "6:1");
        assertThat(channel.flags).containsExactly(0, MORE);
    }

    @Test
    void saysNothingAboutMoreThatTheKernelDoesNotHave() {
        completed(RECV, 10, 0);
        completed(RECV, 0, 0);
        completed(RECV, EAGAIN, 0);
        assertThat(channel.heard).containsExactly("27:10", "27:0", "27:-11");
    }

    @Test
    void makesNettyLookAgainWhereAPauseCancelledARead() {
        completed(RECV, ECANCELED, 0);
        assertThat(channel.heard).containsExactly("27:-125", "6:1");
    }

    @Test
    void saysNothingToAChannelThatIsGone() {
        ring.valid = false;
        completed(RECV, ECANCELED, 0);
        assertThat(channel.heard).containsExactly("27:-125");
    }

    @Test
    void makesNettyReadOnToTheEndThatTheKernelTold() {
        completed(POLL_ADD, POLLRDHUP | POLLIN, MORE);
        assertThat(channel.heard).containsExactly("6:1");
        completed(RECV, 10, 0);
        completed(RECV, 0, 0);
        assertThat(channel.heard).containsExactly("6:1", "27:10", "6:1", "27:0");
    }

    @Test
    void saysThatAPausedPeerReset() {
        owner.paused = true;
        completed(POLL_ADD, RESET, 0);
        assertThat(owner.resets).isEqualTo(1);
        assertThat(ring.submitted).isEmpty();
    }

    @Test
    void leavesAResetToTheReadsUntilTheyPause() {
        completed(POLL_ADD, RESET, 0);
        completed(RECV, 10, 0);
        assertThat(owner.resets).isZero();
        owner.paused = true;
        completed(RECV, 10, 0);
        assertThat(owner.resets).isEqualTo(1);
    }

    @Test
    void looksForAResetBehindAnEndThatIsNotRead() {
        owner.paused = true;
        completed(POLL_ADD, POLLRDHUP | POLLIN, 0);
        assertThat(ring.submitted)
                .singleElement()
                .asString()
                .contains("opcode=6,", "fd=7,", "len=1,", "union3=0,", "data=" + ERRORS + ",");
        channel.heard.clear();
        edge(ERRORS, POLLRDHUP, MORE);
        assertThat(owner.resets).isZero();
        edge(ERRORS, POLLERR | POLLHUP | POLLRDHUP, MORE);
        assertThat(owner.resets).isEqualTo(1);
        assertThat(channel.heard).isEmpty();
        assertThat(ring.submitted).hasSize(1);
        assertThat(socket.cancel()).isTrue();
        assertThat(ring.submitted.getLast()).contains("opcode=14,", "union2=1,");
    }

    @Test
    void looksForNoResetWhereTheEndIsRead() {
        completed(POLL_ADD, POLLRDHUP | POLLIN, 0);
        completed(RECV, 0, 0);
        assertThat(ring.submitted).isEmpty();
    }

    private void completed(byte operation, int result, int flags) {
        socket.handle(ring, new IoUringIoEvent(result, flags, operation, 3L));
    }

    private void edge(long number, int result, int flags) {
        socket.handle(ring, new IoUringIoEvent(result, flags, POLL_ADD, number));
    }

    private static final class Owner implements IoUringSocket.Owner {
        private boolean paused;
        private int resets;

        @Override
        public int descriptor() {
            return 7;
        }

        @Override
        public boolean paused() {
            return paused;
        }

        @Override
        public void peerReset() {
            resets++;
        }
    }

    /** Polls for room to write where a write has to wait, as Netty's does. */
    private static final class Channel implements IoUringIoHandle {
        static final String POLL_FOR_ROOM =
                new IoUringIoOps(
                                POLL_ADD, (byte) 0, (short) 0, 7, 0L, 0L, 0, POLLOUT, 3L, (short) 0,
                                (short) 0, 0, 0L)
                        .toString();

        final List<String> heard = new ArrayList<>();
        final List<Integer> flags = new ArrayList<>();
        @Nullable IoUringSocket socket;

        @Override
        public void handle(IoRegistration registration, IoEvent event) {
            var completion = (IoUringIoEvent) event;
            heard.add(completion.opcode() + ":" + completion.res());
            flags.add(completion.flags());
            IoUringSocket through = socket;
            if (through != null && completion.opcode() == SEND && completion.res() == EAGAIN) {
                through.submit(
                        new IoUringIoOps(
                                POLL_ADD, (byte) 0, (short) 0, 7, 0L, 0L, 0, POLLOUT, 3L, (short) 0,
                                (short) 0, 0, 0L));
            }
        }

        @Override
        public void close() {}
    }

    private static final class Ring implements IoRegistration {
        final List<String> submitted = new ArrayList<>();
        boolean valid = true;

        @Override
        @SuppressWarnings("TypeParameterUnusedInFormals") // Netty's signature.
        public <T> T attachment() {
            throw new UnsupportedOperationException();
        }

        @Override
        public long submit(IoOps ops) {
            submitted.add(ops.toString());
            return submitted.size();
        }

        @Override
        public boolean isValid() {
            return valid;
        }

        @Override
        public boolean cancel() {
            return true;
        }
    }
}
