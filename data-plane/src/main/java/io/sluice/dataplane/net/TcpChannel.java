package io.sluice.dataplane.net;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.epoll.AbstractEpollStreamChannel;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.SocketProtocolFamily;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Objects;

/**
 * A TCP socket on epoll. Netty's own asks the kernel eight times per connection for what it already
 * knows or nobody wants: both addresses, buffer sizes, the linger time, a removal from epoll before
 * each close. This one asks when it is asked.
 */
final class TcpChannel extends AbstractEpollStreamChannel implements SocketChannel {
    private static final Logger log = LoggerFactory.getLogger(TcpChannel.class);
    private static final int IPPROTO_TCP = 6;
    private static final int TCP_CORK = 3;

    private final TcpChannelConfig config = new TcpChannelConfig(this);
    private final @Nullable ServerSocketChannel server;
    private volatile @Nullable InetSocketAddress local;
    private volatile @Nullable InetSocketAddress remote;
    private @Nullable EpollSocket epollSocket;
    private boolean closing;

    /** A socket to connect. */
    TcpChannel(SocketProtocolFamily family) {
        super(LinuxSocket.newSocketStream(family), false);
        this.server = null;
    }

    /** A socket just accepted. */
    TcpChannel(ServerSocketChannel server, int descriptor, InetSocketAddress remote) {
        super(LinuxSocket.newSocket(descriptor), false);
        this.server = server;
        this.remote = remote;
        this.active = true;
    }

    LinuxSocket socket() {
        return socket;
    }

    /**
     * Whether nothing is left for the channel to do: no handlers, no bytes to write, no read event
     * under way.
     */
    boolean mayBeTakenOver() {
        ChannelOutboundBuffer unwritten = unsafe().outboundBuffer();
        return pipeline().firstContext() == null
                && unwritten != null
                && unwritten.totalPendingWriteBytes() == 0
                && isRegistered()
                && epollSocket().mayBeTakenOver();
    }

    /**
     * Gives the socket's events to a reader, past the channel; of the channel only closing it and
     * its options remain in use.
     */
    void takeOver(EpollSocket.Reader reader) {
        epollSocket().takeOver(reader);
    }

    /**
     * Tries to send a buffer past the pipeline.
     *
     * @return whether all of it left and it was released; otherwise what is left of it is to be
     *     written the ordinary way, which also finds out about an error
     */
    boolean sendNow(ByteBuf bytes) {
        if (!bytes.isDirect() || !sendsDirectly()) {
            return false;
        }
        try {
            int sent = DirectWrites.send(socket, bytes);
            if (sent < bytes.readableBytes()) {
                bytes.skipBytes(sent);
                return false;
            }
        } catch (IOException e) {
            return false;
        }
        bytes.release();
        return true;
    }

    /**
     * Keeps a segment that is not full until more follows or the output ends, 200 ms at most, so
     * that the last bytes and the end are one segment: tcp(7), TCP_CORK. For what is about to end.
     */
    void cork() {
        try {
            socket.setIntOpt(IPPROTO_TCP, TCP_CORK, 1);
        } catch (IOException e) {
            // Then they are two; what broke the socket is found by writing to it.
            log.debug("event=cork-failed", e);
        }
    }

    /** Whether nothing waits to be written and no handler has to see what is. */
    boolean sendsDirectly() {
        ChannelOutboundBuffer unwritten = unsafe().outboundBuffer();
        return active
                && unwritten != null
                && unwritten.isEmpty()
                && hasOneHandler()
                && !socket.isOutputShutdown();
    }

    // One handler is the reader of what comes; more may want to see what goes.
    @SuppressWarnings("ReferenceEquality") // The same handler, not an equal one.
    private boolean hasOneHandler() {
        return pipeline().first() == pipeline().last();
    }

    /**
     * Whether its input may be someone else's for a while: no handler but the reader, nothing to be
     * written, open and being read.
     */
    boolean mayBeLent() {
        return sendsDirectly()
                && isRegistered()
                && config.isAutoRead()
                && !socket.isInputShutdown()
                && epollSocket().mayBeLent();
    }

    /**
     * Gives the socket's events to a reader until {@link #takeBack}. A read event under way ends
     * with the read it is at, and the first read afterwards is a small one.
     */
    void lend(EpollSocket.Reader reader) {
        config.reads().pause();
        epollSocket().lend(reader);
    }

    void wantInput(boolean on) {
        epollSocket().wantInput(on);
    }

    /** Gives the events back to the channel. */
    void takeBack() {
        epollSocket().takeBack();
    }

    /** Says of the channel that it is not writable, for what the marks of its queue do not see. */
    void setBlocked(boolean on) {
        ChannelOutboundBuffer unwritten = unsafe().outboundBuffer();
        if (unwritten != null) {
            unwritten.setUserDefinedWritability(1, !on);
        }
    }

    /**
     * Whether the kernel has nothing for it now and it did not end.
     *
     * @param scratch where a byte goes that proves the contrary
     */
    boolean nothingToRead(ReceiveBuffer scratch) {
        try {
            return socket.isOpen() && socket.recvAddress(scratch.address(), 0, 1) == 0;
        } catch (IOException e) {
            return false;
        }
    }

    SharedReadBuffer sharedReadBuffer() {
        return epollSocket().largeReads();
    }

    /** See {@link PacedReads#every}. */
    void readEvery(long nanos) {
        if (PacedSockets.SUPPORTED) {
            epollSocket().readEvery(nanos);
        }
    }

    private EpollSocket epollSocket() {
        EpollSocket known = epollSocket;
        if (known == null) {
            var finder = new EpollSocket.Finder();
            registration().submit(finder);
            known = Objects.requireNonNull(finder.found());
            epollSocket = known;
        }
        return known;
    }

    @Override
    protected boolean doConnect(SocketAddress to, @Nullable SocketAddress from) throws Exception {
        if (from != null) {
            socket.bind(from);
        }
        InetSocketAddress address =
                to instanceof Target target ? target.address : (InetSocketAddress) to;
        boolean tried = false;
        try {
            boolean connected = socket.connect(address);
            if (!connected) {
                setFlag(EpollIoOps.EPOLLOUT.value());
            }
            remote = address;
            tried = true;
            return connected;
        } finally {
            if (!tried) {
                doClose();
            }
        }
    }

    @Override
    public ChannelFuture connect(SocketAddress to) {
        return super.connect(target(to));
    }

    @Override
    public ChannelFuture connect(SocketAddress to, SocketAddress from) {
        return super.connect(target(to), from);
    }

    private static SocketAddress target(SocketAddress to) {
        return to instanceof InetSocketAddress address ? new Target(address) : to;
    }

    /** Where to connect to; Netty asks the kernel whether it got there if it knows the type. */
    private static final class Target extends SocketAddress {
        private static final long serialVersionUID = 1;
        private final InetSocketAddress address;

        Target(InetSocketAddress address) {
            this.address = address;
        }

        @Override
        public String toString() {
            return address.toString();
        }
    }

    @Override
    protected void doClose() throws Exception {
        closing = true;
        try {
            super.doClose();
        } finally {
            closing = false;
            // Behind the close, which took it out of epoll.
            super.doDeregister();
        }
    }

    @Override
    protected void doDeregister() throws Exception {
        if (!closing) {
            super.doDeregister();
        }
    }

    @Override
    protected @Nullable SocketAddress localAddress0() {
        InetSocketAddress known = local;
        if (known == null && socket.isOpen()) {
            known = socket.localAddress();
            local = known;
        }
        return known;
    }

    @Override
    protected @Nullable SocketAddress remoteAddress0() {
        return remote;
    }

    @Override
    public @Nullable InetSocketAddress localAddress() {
        return (InetSocketAddress) super.localAddress();
    }

    @Override
    public @Nullable InetSocketAddress remoteAddress() {
        return (InetSocketAddress) super.remoteAddress();
    }

    @Override
    public TcpChannelConfig config() {
        return config;
    }

    @Override
    public @Nullable ServerSocketChannel parent() {
        return server;
    }
}
