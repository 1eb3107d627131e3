package io.sluice.dataplane.net;

import io.netty.channel.IoEvent;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.channel.uring.IoUringIoEvent;
import io.netty.channel.uring.IoUringIoHandle;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection's place in io_uring, between Netty's loop and its channel. Of its loop's thread.
 *
 * <p>The kernel adds POLLRDHUP to what any poll asks for. So once the peer has ended its side a
 * poll for room to write completes at once, with nothing but that; Netty 4.2.18 takes it for the
 * poll that asked for the end and never writes again. To ask again would spin. Where the peer has
 * ended, a poll for the edges of the same event stands in for it, which tells the state once and
 * from then on only changes.
 *
 * <p>Netty hears of no end here, but where the kernel told one it is made to read on until it meets
 * the end: behind a reset the kernel does not say that there is more.
 *
 * <p>What a read brought is complete within its turn, as on other transports. Netty, told that
 * there is more, reads on first, turn after turn, while what the handlers write waits for the last
 * one. So it is told that there is no more, and after that turn of the pipeline that there is.
 *
 * <p>A pause cancels the read under way, and Netty forgets what it heard meanwhile: that there is
 * something to read, which the kernel says once. So it hears that after each cancelled read.
 *
 * <p>An error of a paused socket is told as {@link PeerReset}: nothing is read that would find it.
 * The poll for the end tells it. Where that is over, since the peer ended its side before, another
 * one takes its place as long as nothing is read.
 *
 * <p>A poll for room to write that a close cancels counts as done: Netty tells polls by the bits of
 * the result, finds this one not in those of the error, and would keep the closed channel for as
 * long as the loop lives.
 */
final class IoUringSocket implements IoUringIoHandle, IoRegistration {
    /** Whose place it is. */
    interface Owner {
        int descriptor();

        /** Whether it is connected and nothing is read from it. */
        boolean paused();

        /** The socket has an error; told again with whatever else it hears while it is paused. */
        void peerReset();
    }

    private static final Logger log = LoggerFactory.getLogger(IoUringSocket.class);

    private static final byte WRITEV = 2;
    private static final byte SENDMSG = 9;
    private static final byte CLOSE = 19;
    private static final byte SEND = 26;
    private static final byte RECV = 27;

    private static final int POLLIN = 0x1;
    private static final int POLLOUT = 0x4;
    private static final int POLLERR = 0x8;
    private static final int POLLHUP = 0x10;
    private static final int POLLRDHUP = 0x2000;

    private static final int CQE_F_MORE = 1 << 1;
    private static final int CQE_F_SOCK_NONEMPTY = 1 << 2;

    private static final int EAGAIN = 11;
    private static final int ECANCELED = 125;

    /** Netty's own polls have smaller numbers. */
    private static final long EDGES_FIRST = 1L << 32;

    private static final long ERRORS = EDGES_FIRST - 1;

    /**
     * The poll for the end is over. Says that other polls of the socket go on: Netty takes any
     * cancelled one for all, except that for room to write.
     */
    private static final IoUringIoEvent END_POLLED =
            new IoUringIoEvent(-ECANCELED, CQE_F_MORE, RingOps.POLL_ADD, 1L);

    private static final IoUringIoEvent WRITABLE =
            new IoUringIoEvent(POLLOUT, 0, RingOps.POLL_ADD, 1L);

    /** Says that the poll for more goes on. */
    private static final IoUringIoEvent READABLE =
            new IoUringIoEvent(POLLIN, CQE_F_MORE, RingOps.POLL_ADD, 1L);

    private final Owner owner;
    private final IoUringIoHandle channel;
    private @Nullable IoRegistration ring;
    private boolean ended;
    private boolean broken;
    private boolean writeHasToWait;

    private long edges = EDGES_FIRST;

    /** Of the poll numbered {@code edges} while it is wanted; else 0. */
    private long edgesId;

    /** Of the poll for errors, which tells nothing else but once that the peer ended; else 0. */
    private long errorsId;

    /** Between a channel and the ring. */
    IoUringSocket(Owner owner, IoUringIoHandle channel) {
        this.owner = owner;
        this.channel = channel;
    }

    void registeredAs(IoRegistration registration) {
        ring = registration;
    }

    @Override
    public void handle(IoRegistration registration, IoEvent event) {
        var completion = (IoUringIoEvent) event;
        switch (completion.opcode()) {
            case RingOps.POLL_ADD -> polled(completion);
            case RECV -> received(completion);
            case SEND, SENDMSG, WRITEV -> written(completion);
            case CLOSE -> closed(completion);
            default -> tell(completion);
        }
        if (ended) {
            lookForErrors();
        }
    }

    private void lookForErrors() {
        if (!owner.paused()) {
            return;
        }
        if (broken) {
            owner.peerReset();
        } else if (errorsId == 0) {
            errorsId = registration().submit(RingOps.pollEdges(owner.descriptor(), 0, ERRORS));
        }
    }

    private void tell(IoUringIoEvent completion) {
        channel.handle(this, completion);
    }

    private void polled(IoUringIoEvent completion) {
        int result = completion.res();
        broken |= result >= 0 && (result & POLLERR) != 0;
        if (completion.userData() == ERRORS) {
            if (result >= 0 && (completion.flags() & CQE_F_MORE) == 0) {
                errorsId = 0;
            }
            return;
        }
        if (completion.userData() >= EDGES_FIRST) {
            polledEdges(completion);
            return;
        }
        if (result < 0) {
            tell(completion);
            writable();
            return;
        }
        if ((result & POLLRDHUP) == 0) {
            tell(completion);
            return;
        }
        ended = true;
        int others = result & ~POLLRDHUP;
        if ((others & (POLLIN | POLLOUT)) != 0) {
            tell(
                    new IoUringIoEvent(
                            others, completion.flags(), RingOps.POLL_ADD, completion.userData()));
            return;
        }
        // Of the poll for the end, or of one for room to write. That makes no difference: both are
        // over as soon as one is, and Netty tries to write where it has to.
        tell(END_POLLED);
        writable();
    }

    private void writable() {
        forgetEdges();
        tell(WRITABLE);
    }

    private void polledEdges(IoUringIoEvent completion) {
        if (completion.userData() != edges) {
            return;
        }
        boolean over = (completion.flags() & CQE_F_MORE) == 0;
        if (over) {
            edgesId = 0;
        }
        if (over || (completion.res() & (POLLOUT | POLLERR | POLLHUP)) != 0) {
            writable();
        }
    }

    private void received(IoUringIoEvent completion) {
        int result = completion.res();
        int flags = completion.flags();
        boolean more = result > 0 && (ended || (flags & CQE_F_SOCK_NONEMPTY) != 0);
        if (more) {
            completion =
                    new IoUringIoEvent(
                            result, flags & ~CQE_F_SOCK_NONEMPTY, RECV, completion.userData());
        }
        tell(completion);
        if ((more || result == -ECANCELED) && registration().isValid()) {
            tell(READABLE);
        }
    }

    private void written(IoUringIoEvent completion) {
        writeHasToWait = completion.res() == -EAGAIN;
        try {
            tell(completion);
        } finally {
            writeHasToWait = false;
        }
    }

    // A write that Netty waits for before it closes may have had to wait for room.
    private void closed(IoUringIoEvent completion) {
        tell(completion);
        if (edgesId != 0) {
            writable();
        }
    }

    @Override
    public long submit(IoOps ops) {
        // What Netty submits first where a write has to wait is the poll for room.
        boolean room = writeHasToWait;
        writeHasToWait = false;
        return room && ended ? pollEdges() : registration().submit(ops);
    }

    // A new one for each wait: whether there is room is looked at as it begins, and the change may
    // have been told before the write that just failed.
    private long pollEdges() {
        forgetEdges();
        edges++;
        edgesId = registration().submit(RingOps.pollEdges(owner.descriptor(), POLLOUT, edges));
        return edgesId;
    }

    // Also since it would hold a closed socket open.
    private void forgetEdges() {
        if (edgesId != 0) {
            registration().submit(RingOps.cancel(edgesId));
            edgesId = 0;
        }
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
        if (errorsId != 0) {
            // It would hold the closed socket open; afterwards nothing can be submitted.
            registration().submit(RingOps.cancel(errorsId));
            errorsId = 0;
        }
        return registration().cancel();
    }

    private IoRegistration registration() {
        IoRegistration registration = ring;
        if (registration == null) {
            throw new IllegalStateException("not registered");
        }
        return registration;
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
        try {
            channel.close();
        } catch (Exception e) {
            log.error("event=close-failed", e);
        }
    }
}
