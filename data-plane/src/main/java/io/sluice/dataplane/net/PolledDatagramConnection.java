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

    /** For bursts of a peer; the kernel caps this at net.core.rmem_max. */
    private static final int RECEIVE_BUFFER_BYTES = 1024 * 1024;

    private static final int POLLIN = 0x1;

    private final boolean onRing;
    private final Descriptor socket;
    private final DatagramReads reads;
    private final User user;
    private @Nullable IoRegistration registration;
    private boolean closed;

    /** Of the poll under way on io_uring, or 0. */
    private long poll;

    private int expected = 1;
    private int fullEvents;

    private PolledDatagramConnection(
            boolean onRing, Descriptor socket, DatagramReads reads, User user) {
        this.onRing = onRing;
        this.socket = socket;
        this.reads = reads;
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
            InetSocketAddress peer,
            SocketProtocolFamily family,
            User user)
            throws IOException {
        var eventLoop = (IoEventLoop) loop.eventLoop();
        boolean onRing = eventLoop.isCompatible(IoUringIoHandle.class);
        Descriptor socket = Descriptor.open(family);
        var connection = new PolledDatagramConnection(onRing, socket, reads, user);
        try {
            socket.setReceiveBufferSize(RECEIVE_BUFFER_BYTES);
            socket.connect(peer);
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

    @Override
    public Sent send(ByteBuf datagram) {
        int bytes = datagram.readableBytes();
        try {
            int sent =
                    bytes == 0
                            ? socket.sendAddress(reads.slot().memoryAddress(), 0, 0)
                            : socket.sendAddress(
                                    datagram.memoryAddress(),
                                    datagram.readerIndex(),
                                    datagram.writerIndex());
            return sent == bytes ? Sent.TAKEN : Sent.DROPPED;
        } catch (PortUnreachableException e) {
            return Sent.UNREACHABLE;
        } catch (Errors.NativeIoException e) {
            return e.expectedErr() == Errors.ERROR_ECONNREFUSED_NEGATIVE
                    ? Sent.UNREACHABLE
                    : Sent.DROPPED;
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
