package io.sluice.dataplane.listener;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** A UDP server that sends back what it gets, behind a prefix. */
final class UdpEcho implements AutoCloseable {
    final BlockingQueue<String> texts = new LinkedBlockingQueue<>();
    private final DatagramSocket socket;
    private final byte[] prefix;

    UdpEcho(String prefix) throws SocketException {
        this(prefix, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    UdpEcho(String prefix, InetSocketAddress address) throws SocketException {
        this.socket = new DatagramSocket(address);
        this.prefix = prefix.getBytes(StandardCharsets.US_ASCII);
        Thread.ofVirtual().start(this::run);
    }

    String address() {
        return UdpClient.text((InetSocketAddress) socket.getLocalSocketAddress());
    }

    private void run() {
        byte[] buffer = new byte[65_535];
        System.arraycopy(prefix, 0, buffer, 0, prefix.length);
        try {
            while (true) {
                var packet =
                        new DatagramPacket(buffer, prefix.length, buffer.length - prefix.length);
                socket.receive(packet);
                texts.add(
                        new String(
                                buffer,
                                prefix.length,
                                Math.min(packet.getLength(), 100),
                                StandardCharsets.US_ASCII));
                socket.send(
                        new DatagramPacket(
                                buffer,
                                prefix.length + packet.getLength(),
                                packet.getSocketAddress()));
            }
        } catch (IOException e) {
            if (!socket.isClosed()) {
                throw new IllegalStateException(e);
            }
        }
    }

    @Override
    public void close() {
        socket.close();
    }
}
