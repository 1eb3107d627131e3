package io.sluice.dataplane.l4.udp;

import io.netty.buffer.ByteBuf;
import io.netty.channel.socket.DatagramChannel;
import io.sluice.dataplane.net.DatagramSender;
import io.sluice.dataplane.net.Loop;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;

/**
 * A bound socket as one loop sees it: the sessions of the clients whose datagrams come here, and
 * the way back to them, which leaves from the address they sent to. Of the loop's thread.
 *
 * <p>Replies are handed to the kernel together, once per turn of the loop.
 */
public final class DownstreamSocket {
    /** Hears of sessions that need a socket, and of what gets lost in it. */
    public interface Usage {
        void begins();

        void ends();

        /** The kernel did not take a reply. */
        void sendFailed();
    }

    private final Loop loop;
    private final DatagramChannel channel;
    private final DatagramSender sender;
    private final Usage usage;
    private final SessionTable<UdpSession> sessions;

    /**
     * @param channel registered with this loop, or where loops share one socket with another
     */
    public DownstreamSocket(Loop loop, DatagramChannel channel, Usage usage) {
        this.loop = loop;
        this.channel = channel;
        this.sender = DatagramSender.of(loop, channel, usage::sendFailed);
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
     * Sends a reply, at the end of this turn of the loop at the latest.
     *
     * @return false if it was dropped, because too much waits
     */
    boolean send(ByteBuf datagram, InetSocketAddress client) {
        return sender.send(datagram, client);
    }
}
