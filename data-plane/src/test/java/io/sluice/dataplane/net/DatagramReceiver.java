package io.sluice.dataplane.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.unix.Socket;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * A UDP socket that takes what leaves as one in one piece (UDP_GRO), as a kernel may hand it over:
 * so it can be seen what was put together.
 */
final class DatagramReceiver implements AutoCloseable {
    private static final int SOL_UDP = 17;
    private static final int UDP_GRO = 104;

    private final Socket socket;
    private final ByteBuf buffer = Unpooled.directBuffer(65_536);

    DatagramReceiver() throws IOException {
        socket = Socket.newSocketDgram();
        socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        socket.setIntOpt(SOL_UDP, UDP_GRO, 1);
    }

    InetSocketAddress address() {
        return new InetSocketAddress(
                InetAddress.getLoopbackAddress(), socket.localAddress().getPort());
    }

    /** The sizes of what waits. */
    List<Integer> sizes() throws IOException {
        List<Integer> sizes = new ArrayList<>();
        while (true) {
            int bytes = socket.recvAddress(buffer.memoryAddress(), 0, buffer.capacity());
            if (bytes == 0) {
                return sizes;
            }
            sizes.add(Math.max(0, bytes));
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
        buffer.release();
    }
}
