package io.sluice.dataplane.net;

import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.channel.unix.RawUnixChannelOption;
import io.netty.channel.unix.Socket;
import io.netty.channel.unix.UnixChannel;

import jdk.net.ExtendedSocketOptions;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Gives sockets the options of a {@link SocketSpec}. What it cannot set fails with a {@link
 * io.netty.channel.ChannelException}; {@link SocketSupport} says so before.
 */
public final class SocketTuning {
    private static final int SOL_SOCKET = 1;
    private static final int IPPROTO_IP = 0;
    private static final int IPPROTO_TCP = 6;
    private static final int IPPROTO_IPV6 = 41;
    private static final int IP_TOS = 1;
    private static final int IPV6_TCLASS = 67;

    // Netty has names of its own for most of them, but not the same ones on epoll and io_uring.
    private static final IntegerUnixChannelOption NO_DELAY =
            new IntegerUnixChannelOption("TCP_NODELAY", IPPROTO_TCP, 1);
    private static final IntegerUnixChannelOption KEEP_ALIVE =
            new IntegerUnixChannelOption("SO_KEEPALIVE", SOL_SOCKET, 9);
    private static final IntegerUnixChannelOption KEEP_ALIVE_IDLE =
            new IntegerUnixChannelOption("TCP_KEEPIDLE", IPPROTO_TCP, 4);
    private static final IntegerUnixChannelOption KEEP_ALIVE_INTERVAL =
            new IntegerUnixChannelOption("TCP_KEEPINTVL", IPPROTO_TCP, 5);
    private static final IntegerUnixChannelOption KEEP_ALIVE_COUNT =
            new IntegerUnixChannelOption("TCP_KEEPCNT", IPPROTO_TCP, 6);
    private static final IntegerUnixChannelOption USER_TIMEOUT =
            new IntegerUnixChannelOption("TCP_USER_TIMEOUT", IPPROTO_TCP, 18);
    private static final IntegerUnixChannelOption FAST_OPEN_QUEUE =
            new IntegerUnixChannelOption("TCP_FASTOPEN", IPPROTO_TCP, 23);
    private static final IntegerUnixChannelOption FAST_OPEN_CONNECT =
            new IntegerUnixChannelOption("TCP_FASTOPEN_CONNECT", IPPROTO_TCP, 30);
    private static final IntegerUnixChannelOption SEND_BUFFER =
            new IntegerUnixChannelOption("SO_SNDBUF", SOL_SOCKET, 7);
    private static final IntegerUnixChannelOption RECEIVE_BUFFER =
            new IntegerUnixChannelOption("SO_RCVBUF", SOL_SOCKET, 8);
    private static final IntegerUnixChannelOption TOS =
            new IntegerUnixChannelOption("IP_TOS", IPPROTO_IP, IP_TOS);
    private static final IntegerUnixChannelOption TRAFFIC_CLASS =
            new IntegerUnixChannelOption("IPV6_TCLASS", IPPROTO_IPV6, IPV6_TCLASS);
    private static final IntegerUnixChannelOption BIND_ADDRESS_NO_PORT =
            new IntegerUnixChannelOption("IP_BIND_ADDRESS_NO_PORT", IPPROTO_IP, 24);
    private static final IntegerUnixChannelOption TRANSPARENT =
            new IntegerUnixChannelOption("IP_TRANSPARENT", IPPROTO_IP, 19);
    private static final int TCP_CONGESTION = 13;

    private SocketTuning() {}

    /**
     * A listening socket before it is bound. Where the kernel lets connections inherit, which is
     * everywhere but on NIO, this is all that is needed for them.
     */
    public static void listening(
            ServerSocketChannel channel, InetSocketAddress address, SocketSpec spec) {
        if (!(channel instanceof UnixChannel)) {
            return;
        }
        ChannelConfig config = channel.config();
        config.setOption(NO_DELAY, spec.noDelay() ? 1 : 0);
        tune(config, spec, address);
        if (spec.fastOpenQueue() > 0) {
            config.setOption(FAST_OPEN_QUEUE, spec.fastOpenQueue());
        }
    }

    /** A connection just accepted, not registered yet. */
    public static void accepted(SocketChannel channel, SocketSpec spec) {
        if (!spec.noDelay() && !(channel instanceof TcpChannel)) {
            // Netty's own channels turn it on by themselves.
            channel.config().setTcpNoDelay(false);
        }
        if (!spec.equals(SocketSpec.USUAL) && !(channel instanceof UnixChannel)) {
            tuneNio(channel, spec);
        }
    }

    /** A socket that is about to connect. */
    public static void connecting(
            SocketChannel channel, InetSocketAddress address, SocketSpec spec) {
        ChannelConfig config = channel.config();
        config.setOption(ChannelOption.TCP_NODELAY, spec.noDelay());
        SocketSpec.KeepAlive keepAlive = spec.keepAlive();
        if (keepAlive == null) {
            config.setOption(ChannelOption.SO_KEEPALIVE, true);
        }
        if (spec.equals(SocketSpec.USUAL)) {
            return;
        }
        if (!(channel instanceof UnixChannel)) {
            tuneNio(channel, spec);
            return;
        }
        tune(config, spec, address);
        if (spec.fastOpen()) {
            config.setOption(FAST_OPEN_CONNECT, 1);
        }
    }

    /**
     * A socket that will be bound to an address and no port: the kernel chooses the port when it
     * connects, so that one port serves for many endpoints. NIO takes a port at once.
     */
    public static void comingFrom(SocketChannel channel) {
        if (channel instanceof UnixChannel) {
            channel.config().setOption(BIND_ADDRESS_NO_PORT, 1);
        }
    }

    /** A socket that may be bound to an address of someone else; needs CAP_NET_ADMIN. */
    public static void transparent(SocketChannel channel) {
        // Sockets of IPv6 take it too.
        channel.config().setOption(TRANSPARENT, 1);
    }

    /** The mark alone. */
    public static void mark(Channel channel, InetSocketAddress address, int dscp) {
        if (dscp == 0) {
            return;
        }
        int tos = dscp << 2;
        ChannelConfig config = channel.config();
        if (!(channel instanceof UnixChannel)) {
            config.setOption(ChannelOption.IP_TOS, tos);
            return;
        }
        // Sockets of IPv6 may speak to IPv4, and then have this mark.
        config.setOption(TOS, tos);
        if (address.getAddress() instanceof Inet6Address) {
            config.setOption(TRAFFIC_CLASS, tos);
        }
    }

    /** A UDP socket, bound or about to be, before or while it is used; what is 0 stays as it is. */
    static void datagrams(
            DatagramChannel channel, InetSocketAddress address, DatagramTuning wanted) {
        ChannelConfig config = channel.config();
        set(config, ChannelOption.SO_SNDBUF, wanted.sendBufferBytes());
        set(config, ChannelOption.SO_RCVBUF, wanted.receiveBufferBytes());
        int tos = wanted.dscp() << 2;
        if (!(channel instanceof UnixChannel)) {
            config.setOption(ChannelOption.IP_TOS, tos);
            return;
        }
        config.setOption(TOS, tos);
        if (address.getAddress() instanceof Inet6Address) {
            config.setOption(TRAFFIC_CLASS, tos);
        }
    }

    /** The same of a socket without channel, that is not used yet. */
    static void datagrams(Socket socket, InetSocketAddress address, DatagramTuning wanted)
            throws IOException {
        if (wanted.sendBufferBytes() != 0) {
            socket.setSendBufferSize(wanted.sendBufferBytes());
        }
        socket.setReceiveBufferSize(wanted.receiveBufferBytes());
        if (wanted.dscp() == 0) {
            return;
        }
        int tos = wanted.dscp() << 2;
        socket.setIntOpt(IPPROTO_IP, IP_TOS, tos);
        if (address.getAddress() instanceof Inet6Address) {
            socket.setIntOpt(IPPROTO_IPV6, IPV6_TCLASS, tos);
        }
    }

    private static void tune(ChannelConfig config, SocketSpec spec, InetSocketAddress address) {
        SocketSpec.KeepAlive keepAlive = spec.keepAlive();
        if (keepAlive != null) {
            config.setOption(KEEP_ALIVE, keepAlive.on() ? 1 : 0);
            set(config, KEEP_ALIVE_IDLE, keepAlive.idleSeconds());
            set(config, KEEP_ALIVE_INTERVAL, keepAlive.intervalSeconds());
            set(config, KEEP_ALIVE_COUNT, keepAlive.count());
        }
        set(config, USER_TIMEOUT, spec.userTimeoutMillis());
        set(config, SEND_BUFFER, spec.sendBufferBytes());
        set(config, RECEIVE_BUFFER, spec.receiveBufferBytes());
        set(config, TOS, spec.dscp() << 2);
        if (address.getAddress() instanceof Inet6Address) {
            set(config, TRAFFIC_CLASS, spec.dscp() << 2);
        }
        if (!spec.congestionControl().isEmpty()) {
            setCongestionControl(config, spec.congestionControl());
        }
    }

    static void setCongestionControl(ChannelConfig config, String name) {
        byte[] bytes = name.getBytes(StandardCharsets.US_ASCII);
        config.setOption(
                new RawUnixChannelOption(
                        "TCP_CONGESTION", IPPROTO_TCP, TCP_CONGESTION, bytes.length),
                ByteBuffer.wrap(bytes));
    }

    private static void tuneNio(SocketChannel channel, SocketSpec spec) {
        ChannelConfig config = channel.config();
        SocketSpec.KeepAlive keepAlive = spec.keepAlive();
        if (keepAlive != null) {
            config.setOption(ChannelOption.SO_KEEPALIVE, keepAlive.on());
            set(config, NioTimes.IDLE, keepAlive.idleSeconds());
            set(config, NioTimes.INTERVAL, keepAlive.intervalSeconds());
            set(config, NioTimes.COUNT, keepAlive.count());
        }
        set(config, ChannelOption.SO_SNDBUF, spec.sendBufferBytes());
        set(config, ChannelOption.SO_RCVBUF, spec.receiveBufferBytes());
        set(config, ChannelOption.IP_TOS, spec.dscp() << 2);
    }

    /** Loaded where NIO is used, and there are such options at all. */
    private static final class NioTimes {
        static final ChannelOption<Integer> IDLE =
                NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPIDLE);
        static final ChannelOption<Integer> INTERVAL =
                NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPINTERVAL);
        static final ChannelOption<Integer> COUNT =
                NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPCOUNT);
    }

    private static void set(ChannelConfig config, ChannelOption<Integer> option, int value) {
        if (value != 0) {
            config.setOption(option, value);
        }
    }
}
