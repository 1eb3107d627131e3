package io.sluice.dataplane.admin;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.timeout.ReadTimeoutHandler;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.sluice.proto.HostPort;

import java.io.IOException;
import java.net.InetSocketAddress;

/** The HTTP server of the admin door. Opened and closed once, by the node. */
public final class AdminServer implements AutoCloseable {
    private static final int BODY_BYTES_MAX = 64 * 1024;
    private static final int CONNECTIONS_MAX = 256;
    private static final int IDLE_SECONDS = 30;

    private final ChannelGroup channels;
    private final Channel server;

    private AdminServer(ChannelGroup channels, Channel server) {
        this.channels = channels;
        this.server = server;
    }

    /**
     * Binds and serves. Blocks until bound.
     *
     * @param group its event loops, with NIO
     * @throws IOException if the address cannot be bound; the message names it
     */
    public static AdminServer open(EventLoopGroup group, HostPort address, NodeDoor door)
            throws IOException {
        ChannelGroup channels = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
        HostCheck hostCheck = new HostCheck(address.host());
        ServerBootstrap bootstrap =
                new ServerBootstrap()
                        .group(group)
                        .channel(NioServerSocketChannel.class)
                        .childHandler(
                                new ChannelInitializer<SocketChannel>() {
                                    @Override
                                    protected void initChannel(SocketChannel channel) {
                                        if (channels.size() > CONNECTIONS_MAX) {
                                            var _ = channel.close();
                                            return;
                                        }
                                        channels.add(channel);
                                        channel.pipeline()
                                                .addLast(new ReadTimeoutHandler(IDLE_SECONDS))
                                                .addLast(new HttpServerCodec())
                                                .addLast(
                                                        new HttpObjectAggregator(
                                                                BODY_BYTES_MAX, true))
                                                .addLast(new AdminHandler(door, hostCheck));
                                    }
                                });
        var bound = bootstrap.bind(address.host(), address.port()).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new IOException(
                    "the admin address "
                            + address
                            + " cannot be bound: "
                            + bound.cause().getMessage(),
                    bound.cause());
        }
        channels.add(bound.channel());
        return new AdminServer(channels, bound.channel());
    }

    /** Where it listens. */
    public HostPort address() {
        InetSocketAddress local = (InetSocketAddress) server.localAddress();
        return HostPort.of(local);
    }

    /** Closes the server and its connections. */
    @Override
    public void close() {
        channels.close().awaitUninterruptibly();
    }
}
