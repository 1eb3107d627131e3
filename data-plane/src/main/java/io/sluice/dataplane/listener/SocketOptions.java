package io.sluice.dataplane.listener;

import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannelConfig;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.channel.unix.UnixChannel;
import io.netty.channel.unix.UnixChannelOption;

/** The options of the sockets that clients reach. */
final class SocketOptions {
    /**
     * Connections that the kernel queues per listening socket; it caps this at net.core.somaxconn.
     */
    static final int BACKLOG_MAX = 4_096;

    private static final int IPPROTO_IPV6 = 41;
    private static final int IPV6_V6ONLY = 26;
    private static final int IPPROTO_TCP = 6;
    private static final int TCP_NODELAY = 1;
    private static final IntegerUnixChannelOption NO_DELAY =
            new IntegerUnixChannelOption("TCP_NODELAY", IPPROTO_TCP, TCP_NODELAY);
    private static final IntegerUnixChannelOption V6_ONLY =
            new IntegerUnixChannelOption("IPV6_V6ONLY", IPPROTO_IPV6, IPV6_V6ONLY);

    private SocketOptions() {}

    static void ofServer(ServerSocketChannel channel, boolean ipv6) {
        channel.config().setBacklog(BACKLOG_MAX);
        channel.config().setReuseAddress(true);
        // Nothing is accepted before the loops have switched.
        channel.config().setAutoRead(false);
        if (channel instanceof UnixChannel) {
            channel.config().setOption(UnixChannelOption.SO_REUSEPORT, true);
            // Connections inherit it.
            channel.config().setOption(NO_DELAY, 1);
            if (ipv6) {
                // [::] is the wildcard of its own family: 0.0.0.0 beside it is another listener.
                // Java's own sockets cannot be told so; see the package's comment.
                channel.config().setOption(V6_ONLY, 1);
            }
        }
    }

    static void ofClient(SocketChannelConfig config) {
        config.setAutoRead(false);
        // TCP_NODELAY is inherited or, by Netty's NIO, set already.
        config.setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
    }
}
