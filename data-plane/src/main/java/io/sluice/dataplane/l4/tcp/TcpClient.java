package io.sluice.dataplane.l4.tcp;

import io.netty.channel.socket.SocketChannel;
import io.sluice.dataplane.net.Arrival;
import io.sluice.dataplane.net.ProxyHeaderWriter;
import io.sluice.proto.HostPort;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;

/**
 * Who is at the client's end of an L4 connection. Of its loop's thread.
 *
 * @param address the client's own, which need not be the socket's peer; null if it went before
 *     anyone looked
 */
record TcpClient(SocketChannel channel, @Nullable InetSocketAddress address, Arrival arrival) {
    private static final byte[] UNKNOWN = new byte[4];

    static TcpClient of(SocketChannel channel, Arrival arrival) {
        InetSocketAddress peer = channel.remoteAddress();
        return new TcpClient(channel, peer == null ? null : arrival.clientOr(peer), arrival);
    }

    /** Its address, 4 or 16 bytes. */
    byte[] bytes() {
        InetSocketAddress known = address;
        return known == null ? UNKNOWN : known.getAddress().getAddress();
    }

    /** The port that it came in on. */
    int localPort() {
        InetSocketAddress local = channel.localAddress();
        return local == null ? 0 : local.getPort();
    }

    /** As upstreams are told of it; null if it went. */
    ProxyHeaderWriter.@Nullable Party party(long uniqueId) {
        InetSocketAddress known = address;
        InetSocketAddress local = channel.localAddress();
        return known == null || local == null
                ? null
                : new ProxyHeaderWriter.Party(known, local, arrival, uniqueId);
    }

    /** {@code ip:port}; empty if it went. */
    String text() {
        InetSocketAddress known = address;
        return known == null ? "" : HostPort.of(known).toString();
    }
}
