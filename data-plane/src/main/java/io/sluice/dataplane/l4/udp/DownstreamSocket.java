package io.sluice.dataplane.l4.udp;

import io.netty.buffer.ByteBuf;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.unix.Socket;
import io.netty.channel.unix.UnixChannel;
import io.sluice.dataplane.net.Loop;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.InetSocketAddress;

/**
 * A bound socket as one loop sees it: the sessions of the clients whose datagrams come here, and
 * the way back to them, which leaves from the address they sent to. Of the loop's thread.
 *
 * <p>Replies are handed to the kernel together, once per turn of the loop.
 */
public final class DownstreamSocket {
    /** Replies that wait to be sent; beyond it they are dropped, which counts. */
    public static final int QUEUE_BYTES_MAX = 8 * 1024 * 1024;

    /** Hears of sessions that need a socket. */
    public interface Usage {
        void begins();

        void ends();
    }

    private final Loop loop;
    private final DatagramChannel channel;
    private final boolean losesEmpty;
    private final Usage usage;
    private final SessionTable<UdpSession> sessions;
    private final Runnable flush = this::flush;
    private boolean flushQueued;

    /**
     * @param channel registered with this loop, or where loops share one socket with another
     */
    public DownstreamSocket(Loop loop, DatagramChannel channel, Usage usage) {
        this.loop = loop;
        this.channel = channel;
        this.losesEmpty = channel instanceof EpollDatagramChannel;
        this.usage = usage;
        this.sessions = new SessionTable<>(loop.random64());
    }

    /**
     * Gives a datagram to the session of its client.
     *
     * @param peer who sent it and is sent the replies; the client, unless somebody is in front
     * @return whether there is one
     */
    public boolean received(InetSocketAddress client, InetSocketAddress peer, ByteBuf datagram) {
        assert loop.inEventLoop();
        UdpSession session = find(client);
        if (session == null) {
            return false;
        }
        session.forward(peer, datagram);
        return true;
    }

    /** The address that clients send to. */
    InetSocketAddress local() {
        return channel.localAddress();
    }

    @Nullable UdpSession find(InetSocketAddress client) {
        return sessions.size() == 0 ? null : sessions.get(client, hash(client));
    }

    int hash(InetSocketAddress client) {
        return sessions.hash(client);
    }

    /**
     * A session began.
     *
     * @param findable whether its client's next datagrams are its own
     */
    void add(UdpSession session, boolean findable) {
        usage.begins();
        if (findable) {
            sessions.add(session);
        }
    }

    void remove(UdpSession session) {
        sessions.remove(session);
        usage.ends();
    }

    /**
     * Sends a reply at the end of this turn of the loop.
     *
     * @return false if it was dropped, because too much waits
     */
    boolean send(ByteBuf datagram, InetSocketAddress client) {
        if (!channel.isWritable()) {
            flush();
            if (!channel.isWritable()) {
                return false;
            }
        }
        if (losesEmpty && !datagram.isReadable()) {
            return sendEmpty(client);
        }
        // What was read is valid within this event only.
        ByteBuf copy = channel.alloc().directBuffer(datagram.readableBytes());
        copy.writeBytes(datagram, datagram.readerIndex(), datagram.readableBytes());
        var _ = channel.write(new DatagramPacket(copy, client), channel.voidPromise());
        if (!flushQueued) {
            flushQueued = true;
            loop.execute(flush);
        }
        return true;
    }

    // Netty's epoll channel leaves datagrams without a byte out, and miscounts the others then.
    private boolean sendEmpty(InetSocketAddress client) {
        flush();
        Socket socket = (Socket) ((UnixChannel) channel).fd();
        try {
            var _ =
                    socket.sendToAddress(
                            EmptyDatagram.ADDRESS, 0, 0, client.getAddress(), client.getPort());
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private void flush() {
        flushQueued = false;
        channel.flush();
    }
}
