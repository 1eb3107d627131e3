package io.sluice.dataplane.listener;

import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.channel.unix.UnixChannel;
import io.netty.channel.unix.UnixChannelOption;
import io.sluice.dataplane.net.SocketSpec;
import io.sluice.dataplane.net.SocketTuning;

import java.net.Inet6Address;
import java.net.InetSocketAddress;

/** The options of the sockets that clients reach. */
final class SocketOptions {
    /**
     * Connections that the kernel queues per listening socket; it caps this at net.core.somaxconn.
     */
    static final int BACKLOG_MAX = 4_096;

    private static final int IPPROTO_IPV6 = 41;
    private static final int IPV6_V6ONLY = 26;
    private static final IntegerUnixChannelOption V6_ONLY =
            new IntegerUnixChannelOption("IPV6_V6ONLY", IPPROTO_IPV6, IPV6_V6ONLY);

    private SocketOptions() {}

    static void ofServer(ServerSocketChannel channel, InetSocketAddress address, SocketSpec spec) {
        channel.config().setBacklog(BACKLOG_MAX);
        channel.config().setReuseAddress(true);
        // Nothing is accepted before the loops have switched.
        channel.config().setAutoRead(false);
        if (channel instanceof UnixChannel) {
            channel.config().setOption(UnixChannelOption.SO_REUSEPORT, true);
            if (address.getAddress() instanceof Inet6Address) {
                // [::] is the wildcard of its own family: 0.0.0.0 beside it is another listener.
                // Java's own sockets cannot be told so; see the package's comment.
                channel.config().setOption(V6_ONLY, 1);
            }
        }
        // Connections inherit what it sets.
        SocketTuning.listening(channel, address, spec);
    }

    static void ofClient(SocketChannel channel, SocketSpec spec) {
        channel.config().setAutoRead(false);
        // TCP_NODELAY is inherited or, by Netty's NIO, set already.
        channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        SocketTuning.accepted(channel, spec);
    }
}
