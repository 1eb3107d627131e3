package io.sluice.dataplane.net;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.DatagramPacket;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;

/**
 * A connected UDP socket as a channel of Netty, for NIO. Datagrams without a byte are not sent: the
 * JDK writes nothing to a connected socket then, and one that is not connected hears of no ICMP
 * errors.
 */
final class ChannelDatagramConnection extends ChannelInboundHandlerAdapter
        implements DatagramConnection {
    private final DatagramChannel channel;
    private final User user;
    private boolean closed;

    private ChannelDatagramConnection(DatagramChannel channel, User user) {
        this.channel = channel;
        this.user = user;
    }

    static ChannelDatagramConnection open(
            Loop loop, DatagramChannel channel, DatagramRoute route, User user) throws IOException {
        var connection = new ChannelDatagramConnection(channel, user);
        channel.pipeline().addLast(connection);
        var _ = loop.eventLoop().register(channel);
        route.tuning().apply(channel, route.peer());
        InetSocketAddress from = route.from();
        ChannelFuture connected =
                from == null ? channel.connect(route.peer()) : channel.connect(route.peer(), from);
        if (connected.isDone() && !connected.isSuccess()) {
            connection.close();
            throw connected.cause() instanceof IOException failure
                    ? failure
                    : new IOException(connected.cause());
        }
        return connection;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        var packet = (DatagramPacket) message;
        try {
            if (!closed) {
                user.received(packet.content());
            }
        } finally {
            packet.release();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (closed) {
            return;
        }
        if (cause instanceof PortUnreachableException) {
            user.unreachable();
            return;
        }
        user.failed(cause);
    }

    @Override
    public Sent send(ByteBuf datagram) {
        if (!channel.isWritable()) {
            return Sent.DROPPED;
        }
        int bytes = datagram.readableBytes();
        ByteBuf copy = channel.alloc().directBuffer(bytes);
        copy.writeBytes(datagram, datagram.readerIndex(), bytes);
        var _ = channel.writeAndFlush(copy, channel.voidPromise());
        return Sent.TAKEN;
    }

    @Override
    public void close() {
        closed = true;
        var _ = channel.close();
    }
}
