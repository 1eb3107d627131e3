package io.sluice.dataplane.net;

import io.netty.channel.Channel;
import io.netty.channel.IoEvent;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoEvent;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.UncheckedIOException;

/**
 * A socket's place in epoll, between Netty's loop and its channel: what the channel asks for
 * reaches the kernel as {@link PausableEpoll} says, and a {@link Reader} may take the socket's
 * events over from the channel. Of its loop's thread.
 *
 * <p>An error of a paused socket is told as {@link PeerReset}. The kernel says it once, and the one
 * read that Netty answers with finds it only where nothing else was left to be read.
 *
 * <p>What a channel asks for while it handles an event is told to the kernel once, behind the
 * event: connecting, then pausing, then reading is one call and not three.
 */
final class EpollSocket implements EpollIoHandle, IoRegistration {
    /** Hears of a socket instead of its channel. */
    interface Reader {
        /**
         * The socket became readable, writable, ended or broken. Told once: what is not read or
         * written to the end of it does not come again.
         */
        void ready(int ops);

        /** The loop closes the socket. */
        void closing();
    }

    /** Submitted like an operation, finds the socket behind what Netty wraps around it. */
    static final class Finder implements IoOps {
        private @Nullable EpollSocket found;

        @Nullable EpollSocket found() {
            return found;
        }
    }

    private static final Logger log = LoggerFactory.getLogger(EpollSocket.class);
    private static final int OUT = EpollIoOps.EPOLLOUT.value();
    private static final int ERROR = EpollIoOps.EPOLLERR.value();
    private static final EpollIoOps INPUT = EpollIoOps.EPOLLIN;
    private static final Event READABLE = new Event(INPUT);
    private static final EpollIoOps EDGES =
            EpollIoOps.EPOLLIN
                    .with(EpollIoOps.EPOLLOUT)
                    .with(EpollIoOps.EPOLLRDHUP)
                    .with(EpollIoOps.EPOLLET);

    private final EpollIoHandle channel;
    private final SharedReadBuffer largeReads;
    private final PacedSockets paced;
    private long intervalNanos;
    private @Nullable IoRegistration epoll;
    private @Nullable Reader reader;
    private boolean lent;
    private EpollIoOps channelWants = EpollIoOps.NONE;
    private EpollIoOps wanted = EpollIoOps.NONE;
    private EpollIoOps submitted = EpollIoOps.NONE;
    private boolean inEvent;

    EpollSocket(EpollIoHandle channel, SharedReadBuffer largeReads, PacedSockets paced) {
        this.channel = channel;
        this.largeReads = largeReads;
        this.paced = paced;
    }

    SharedReadBuffer largeReads() {
        return largeReads;
    }

    void registeredAs(IoRegistration registration) {
        epoll = registration;
    }

    /** Not within a read event of the socket's own, whose bytes the channel goes on reading. */
    boolean mayBeTakenOver() {
        return reader == null && (!inEvent || onlyWritable);
    }

    /** Gives the socket's events to a reader from now on, beginning with what is ready already. */
    void takeOver(Reader taker) {
        reader = taker;
        want(EDGES);
    }

    /** Whether no reader has it. */
    boolean mayBeLent() {
        return reader == null;
    }

    /**
     * Gives the socket's events to a reader for a while, as long as there are any, not edge by
     * edge.
     */
    void lend(Reader borrower) {
        reader = borrower;
        lent = true;
        want(INPUT);
    }

    /** Whether a borrower hears of input. */
    void wantInput(boolean on) {
        assert lent;
        want(on ? INPUT : EpollIoOps.NONE);
    }

    /** Gives what was lent back to the channel. */
    void takeBack() {
        assert lent;
        reader = null;
        lent = false;
        want(ofChannel());
    }

    /** How long the channel's reads are apart; 0 where the kernel says when to read. */
    long intervalNanos() {
        return intervalNanos;
    }

    /** See {@link PacedReads#every}. */
    void readEvery(long nanos) {
        long before = intervalNanos;
        intervalNanos = nanos;
        if (before > 0 && nanos > 0) {
            paced.intervalChanged();
            return;
        }
        if (nanos > 0) {
            paced.add(this);
        } else if (before > 0) {
            paced.remove(this);
        }
        if (reader == null) {
            want(ofChannel());
        }
    }

    /** The interval is over: has the channel read, if it wants to. */
    void readNow() {
        if (reader == null && channelWants.contains(INPUT)) {
            handle(this, READABLE);
        }
    }

    // What comes at intervals is not waited for; that the socket broke is told in any case.
    private EpollIoOps ofChannel() {
        return intervalNanos > 0 ? channelWants.without(INPUT) : channelWants;
    }

    private void want(EpollIoOps ops) {
        wanted = ops;
        if (!inEvent) {
            tellKernel();
        }
    }

    // Whether the event being handled says no more than that the socket can be written.
    private boolean onlyWritable;

    @Override
    public void handle(IoRegistration registration, IoEvent event) {
        Reader taker = reader;
        int ops = ((EpollIoEvent) event).ops().value();
        if (taker != null && !lent) {
            taker.ready(ops);
            return;
        }
        inEvent = true;
        try {
            if ((ops & ERROR) != 0 && !(lent ? wanted : channelWants).contains(INPUT)) {
                brokeWhilePaused();
            }
            if (taker == null) {
                toChannel(event, ops);
            } else if (lent) {
                taker.ready(ops);
            }
        } finally {
            inEvent = false;
            onlyWritable = false;
        }
        try {
            tellKernel();
        } catch (UncheckedIOException e) {
            log.error("event=epoll-failed", e);
            close();
        }
    }

    private void brokeWhilePaused() {
        // Not before it was connected: then the channel knows what failed.
        if (channel instanceof Channel.Unsafe unsafe
                && unsafe.voidPromise().channel() instanceof TcpChannel socket
                && socket.isActive()) {
            PeerReset.tell(socket);
        }
    }

    private void toChannel(IoEvent event, int ops) {
        onlyWritable = (ops & OUT) != 0;
        if (onlyWritable && ops != OUT) {
            // Apart, since being connected may mean to be taken over.
            channel.handle(this, new Event(EpollIoOps.EPOLLOUT));
            onlyWritable = false;
            if (reader == null) {
                channel.handle(this, new Event(EpollIoOps.valueOf(ops & ~OUT)));
            }
        } else {
            channel.handle(this, event);
        }
    }

    private record Event(EpollIoOps ops) implements EpollIoEvent {}

    @Override
    public long submit(IoOps ops) {
        if (ops instanceof Finder finder) {
            finder.found = this;
            return 0;
        }
        channelWants = ((EpollIoOps) ops).without(EpollIoOps.EPOLLRDHUP);
        if (reader == null) {
            want(ofChannel());
        }
        return channelWants.value();
    }

    private void tellKernel() {
        IoRegistration registration = epoll;
        if (registration == null || wanted.equals(submitted) || !registration.isValid()) {
            return;
        }
        EpollIoOps asked = wanted;
        if (asked.value() == 0) {
            asked = EpollIoOps.EPOLLET;
            if (asked.equals(submitted)) {
                return;
            }
        }
        submitted = asked;
        registration.submit(asked);
    }

    @Override
    @SuppressWarnings("TypeParameterUnusedInFormals") // Netty's signature.
    public <T> T attachment() {
        return registration().attachment();
    }

    @Override
    public boolean isValid() {
        return registration().isValid();
    }

    @Override
    public boolean cancel() {
        if (intervalNanos > 0) {
            intervalNanos = 0;
            paced.remove(this);
        }
        return registration().cancel();
    }

    private IoRegistration registration() {
        IoRegistration registration = epoll;
        if (registration == null) {
            throw new IllegalStateException("not registered");
        }
        return registration;
    }

    @Override
    public FileDescriptor fd() {
        return channel.fd();
    }

    @Override
    public void registered() {
        channel.registered();
    }

    @Override
    public void unregistered() {
        channel.unregistered();
    }

    @Override
    @SuppressWarnings("CatchingUnchecked")
    public void close() {
        Reader taker = reader;
        if (taker != null) {
            taker.closing();
        }
        try {
            channel.close();
        } catch (Exception e) {
            log.error("event=close-failed", e);
        }
    }
}
