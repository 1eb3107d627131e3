package io.sluice.dataplane.net;

import io.netty.buffer.ByteBuf;
import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.unix.Errors;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.Socket;
import io.netty.channel.uring.IoUringIoEvent;
import io.netty.channel.uring.IoUringIoHandle;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;

/**
 * A connected UDP socket straight on the loop's epoll or io_uring, which says when to read, without
 * a channel: there may be very many of them. Netty's for epoll takes a datagram without a byte for
 * the end of what there is to read; its for io_uring has 64 KiB each where the next one is to go.
 */
final class PolledDatagramConnection implements DatagramConnection, EpollIoHandle, IoUringIoHandle {
    private static final Logger log = LoggerFactory.getLogger(PolledDatagramConnection.class);

    /** Datagrams read before others have their turn. */
    private static final int READS_MAX = 64;

    /** Events in a row at which there was as much as expected, after which more is expected. */
    private static final int FULL_EVENTS = 4;

    private static final int POLLIN = 0x1;
    private static final int SOL_UDP = 17;
    private static final int UDP_SEGMENT = 103;

    private final boolean onRing;
    private final Descriptor socket;
    private final DatagramReads reads;
    private final UpstreamRun run;
    private final SegmentLimit limit;
    private final User user;
    private @Nullable IoRegistration registration;
    private boolean closing;
    private boolean closed;

    /** Of the poll under way on io_uring, or 0. */
    private long poll;

    private int expected = 1;
    private int fullEvents;

    /** The size that the kernel cuts up what is longer to, or 0. */
    private int segmented;

    private PolledDatagramConnection(
            boolean onRing, Descriptor socket, DatagramReads reads, UpstreamRun run, User user) {
        this.onRing = onRing;
        this.socket = socket;
        this.reads = reads;
        this.run = run;
        // By the socket's own option, so whatever the transport.
        this.limit = new SegmentLimit(true, run.notice());
        this.user = user;
    }

    private static final class Descriptor extends Socket {
        private Descriptor(int fd) {
            super(fd);
        }

        static Descriptor open(SocketProtocolFamily family) {
            return new Descriptor(newSocketDgram0(family));
        }
    }

    static PolledDatagramConnection open(
            Loop loop,
            DatagramReads reads,
            UpstreamRun run,
            DatagramRoute route,
            SocketProtocolFamily family,
            User user)
            throws IOException {
        var eventLoop = (IoEventLoop) loop.eventLoop();
        boolean onRing = eventLoop.isCompatible(IoUringIoHandle.class);
        Descriptor socket = Descriptor.open(family);
        var connection = new PolledDatagramConnection(onRing, socket, reads, run, user);
        try {
            SocketTuning.datagrams(socket, route.peer(), route.tuning());
            InetSocketAddress from = route.from();
            if (from != null) {
                socket.bind(from);
            }
            socket.connect(route.peer());
        } catch (IOException e) {
            socket.close();
            throw e;
        }
        eventLoop
                .register(connection)
                .addListener(
                        done -> {
                            if (done.isSuccess()) {
                                connection.registered((IoRegistration) done.getNow());
                            } else {
                                connection.close();
                            }
                        });
        return connection;
    }

    private void registered(IoRegistration made) {
        if (closed) {
            made.cancel();
            return;
        }
        registration = made;
        if (onRing) {
            poll(made);
        } else {
            made.submit(EpollIoOps.EPOLLIN);
        }
    }

    private void poll(IoRegistration ring) {
        poll = ring.submit(RingOps.poll(socket.intValue(), POLLIN, 1));
    }

    @Override
    public FileDescriptor fd() {
        return socket;
    }

    @Override
    public void handle(IoRegistration from, IoEvent event) {
        if (!(event instanceof IoUringIoEvent completion)) {
            readSome();
            return;
        }
        if (completion.opcode() != RingOps.POLL_ADD) {
            return;
        }
        poll = 0;
        if (!closed) {
            readSome();
        }
        IoRegistration current = registration;
        if (!closed && current != null) {
            // Told at once where something is left.
            poll(current);
        }
    }

    private void readSome() {
        try {
            read();
        } catch (PortUnreachableException e) {
            user.unreachable();
        } catch (Errors.NativeIoException e) {
            if (e.expectedErr() == Errors.ERROR_ECONNREFUSED_NEGATIVE) {
                user.unreachable();
            } else {
                user.failed(e);
            }
        } catch (IOException e) {
            user.failed(e);
        } catch (RuntimeException | AssertionError e) {
            // A bug with one datagram must not keep the loop from the other sockets.
            log.error("event=datagram-failed", e);
        }
    }

    private void read() throws IOException {
        ByteBuf slot = reads.slot();
        long address = slot.memoryAddress();
        for (int i = 0; i < expected; i++) {
            // 0 where nothing waits, -1 for a datagram without a byte.
            int bytes = socket.recvAddress(address, 0, DatagramReads.SLOT_BYTES);
            if (bytes == 0) {
                expected = Math.max(1, i);
                fullEvents = 0;
                return;
            }
            user.received(slot.setIndex(0, Math.max(0, bytes)));
            if (closed) {
                return;
            }
        }
        // Asking for one more than there is costs a system call; what is left is reported again.
        if (++fullEvents == FULL_EVENTS) {
            fullEvents = 0;
            expected = Math.min(2 * expected, READS_MAX);
        }
    }

    /** Whether datagrams of this size may leave in runs. */
    boolean segments(int bytes) {
        return limit.allows(bytes);
    }

    @Override
    public Sent send(ByteBuf datagram) {
        if (closed) {
            return Sent.DROPPED;
        }
        if (run.take(this, datagram)) {
            return Sent.LATER;
        }
        int bytes = datagram.readableBytes();
        return bytes == 0
                ? sendNow(EmptyDatagram.ADDRESS, 0, 0)
                : sendNow(datagram.memoryAddress(), datagram.readerIndex(), datagram.writerIndex());
    }

    /** Sends what was put together, and tells of it. */
    void sendRun(ByteBuf datagrams, int segmentBytes, int count) {
        int bytes = datagrams.readableBytes();
        Sent outcome =
                count == 1
                        ? sendNow(datagrams.memoryAddress(), 0, bytes)
                        : sendSegments(datagrams, segmentBytes);
        if (outcome == null) {
            sendSingly(datagrams, segmentBytes);
        } else {
            tell(count, bytes, outcome);
        }
    }

    private void tell(int count, int bytes, Sent outcome) {
        // Who closes it goes elsewhere already.
        boolean lost = closing && outcome == Sent.UNREACHABLE;
        user.sent(count, bytes, lost ? Sent.DROPPED : outcome);
    }

    /**
     * @return null where they have to leave one by one
     */
    private @Nullable Sent sendSegments(ByteBuf datagrams, int segmentBytes) {
        try {
            if (segmented != segmentBytes) {
                socket.setIntOpt(SOL_UDP, UDP_SEGMENT, segmentBytes);
                segmented = segmentBytes;
            }
            int sent = socket.sendAddress(datagrams.memoryAddress(), 0, datagrams.readableBytes());
            return sent > 0 ? Sent.TAKEN : Sent.DROPPED;
        } catch (PortUnreachableException e) {
            return Sent.UNREACHABLE;
        } catch (Errors.NativeIoException e) {
            if (e.expectedErr() == Errors.ERROR_ECONNREFUSED_NEGATIVE) {
                return Sent.UNREACHABLE;
            }
            return limit.learn(e.expectedErr(), segmentBytes) ? null : Sent.DROPPED;
        } catch (IOException e) {
            return Sent.DROPPED;
        }
    }

    private void sendSingly(ByteBuf datagrams, int segmentBytes) {
        int left = datagrams.readableBytes();
        for (int at = 0; left > 0; at += segmentBytes) {
            int bytes = Math.min(segmentBytes, left);
            Sent outcome = sendNow(datagrams.memoryAddress(), at, at + bytes);
            if (outcome == Sent.UNREACHABLE) {
                // The user goes elsewhere.
                tell((left + segmentBytes - 1) / segmentBytes, left, outcome);
                return;
            }
            tell(1, bytes, outcome);
            left -= bytes;
        }
    }

    private Sent sendNow(long address, int from, int to) {
        if (closed) {
            // By who was told of those before; its number may be another socket's by now.
            return Sent.DROPPED;
        }
        try {
            if (segmented != 0 && (to - from > segmented || !limit.allows(segmented))) {
                // It would be cut up.
                socket.setIntOpt(SOL_UDP, UDP_SEGMENT, 0);
                segmented = 0;
            }
            int sent = socket.sendAddress(address, from, to);
            return sent == to - from ? Sent.TAKEN : Sent.DROPPED;
        } catch (PortUnreachableException e) {
            return Sent.UNREACHABLE;
        } catch (Errors.NativeIoException e) {
            if (e.expectedErr() == Errors.ERROR_ECONNREFUSED_NEGATIVE) {
                return Sent.UNREACHABLE;
            }
            if (segmented != 0 && limit.learn(e.expectedErr(), segmented)) {
                // The path has become too narrow for the size of its runs, whatever this one's is.
                return sendNow(address, from, to);
            }
            return Sent.DROPPED;
        } catch (IOException e) {
            return Sent.DROPPED;
        }
    }

    /** Also by the loop, when it ends. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closing = true;
        run.forget(this);
        closed = true;
        IoRegistration current = registration;
        if (current != null) {
            if (poll != 0) {
                current.submit(RingOps.cancel(poll));
            }
            current.cancel();
        }
        try {
            socket.close();
        } catch (IOException e) {
            log.warn("event=close-failed problem=\"{}\"", e.toString());
        }
    }
}
