package io.sluice.dataplane.listener;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DatagramPacket;
import io.sluice.dataplane.l4.udp.DownstreamSocket;
import io.sluice.dataplane.net.Loop;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;

/** Gives the datagrams of a bound UDP socket to the loop of their client. */
final class UdpReceiveHandler extends ChannelInboundHandlerAdapter {
    private static final Logger log = LoggerFactory.getLogger(UdpReceiveHandler.class);

    /** What comes for one loop. */
    record Lane(Loop loop, UdpReceivers.OnLoop receiver, DownstreamSocket socket) {
        void take(DatagramPacket packet) {
            try {
                receiver.received(socket, packet.sender(), packet.content());
            } finally {
                packet.release();
            }
        }
    }

    private final List<Lane> lanes;

    /**
     * @param lanes one, or where loops share the socket one for each
     */
    UdpReceiveHandler(List<Lane> lanes) {
        this.lanes = lanes;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        var packet = (DatagramPacket) message;
        if (lanes.size() == 1) {
            lanes.getFirst().take(packet);
            return;
        }
        Lane lane = lanes.get(laneOf(packet.sender()));
        lane.loop().execute(() -> lane.take(packet));
    }

    private int laneOf(InetSocketAddress client) {
        long mixed = Loop.mix64(client.hashCode());
        return (int) Math.unsignedMultiplyHigh(mixed, lanes.size());
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (!(cause instanceof IOException)) {
            log.error("event=datagram-failed", cause);
            return;
        }
        // A reply that the kernel did not take: too large for the path, or no route any more.
        for (Lane lane : lanes) {
            if (lane.loop().inEventLoop()) {
                lane.receiver().sendFailed();
            }
        }
    }
}
