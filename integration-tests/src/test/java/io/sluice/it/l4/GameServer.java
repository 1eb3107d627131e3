package io.sluice.it.l4;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;

/** A server that sends each datagram back behind its name, as a game tells players its state. */
final class GameServer implements AutoCloseable {
    private final DatagramSocket socket;
    private final byte[] name;

    GameServer(String name) throws IOException {
        this.name = name.getBytes(StandardCharsets.US_ASCII);
        this.socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::run);
    }

    String address() {
        return "127.0.0.1:" + socket.getLocalPort();
    }

    private void run() {
        byte[] buffer = new byte[2_000];
        System.arraycopy(name, 0, buffer, 0, name.length);
        try {
            while (true) {
                var packet = new DatagramPacket(buffer, name.length, 1_500);
                socket.receive(packet);
                int length = name.length + packet.getLength();
                socket.send(new DatagramPacket(buffer, length, packet.getSocketAddress()));
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
