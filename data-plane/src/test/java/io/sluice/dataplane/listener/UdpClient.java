package io.sluice.dataplane.listener;

import io.sluice.proto.HostPort;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/**
 * A UDP client that takes replies from the address it sent to only. Not connected: Java's connected
 * sockets keep datagrams without a byte to themselves.
 */
final class UdpClient implements AutoCloseable {
    private final DatagramSocket socket;
    private final InetSocketAddress server;
    private final Set<String> repeated = new HashSet<>();

    UdpClient(HostPort server) throws IOException {
        this(server, server.host());
    }

    /**
     * @param local its own IP address
     */
    UdpClient(HostPort server, String local) throws IOException {
        this.server = new InetSocketAddress(server.address().orElseThrow(), server.port());
        this.socket = new DatagramSocket(new InetSocketAddress(local, 0));
        socket.setSoTimeout(NodeFixture.SOCKET_TIMEOUT_MILLIS);
    }

    String address() {
        return text((InetSocketAddress) socket.getLocalSocketAddress());
    }

    static String text(InetSocketAddress address) {
        return new HostPort(address.getAddress().getHostAddress(), address.getPort()).toString();
    }

    void send(byte[] bytes) throws IOException {
        socket.send(new DatagramPacket(bytes, bytes.length, server));
    }

    void send(String text) throws IOException {
        send(text.getBytes(StandardCharsets.US_ASCII));
    }

    byte[] receive() throws IOException {
        var packet = new DatagramPacket(new byte[65_535], 65_535);
        String text;
        do {
            packet.setLength(65_535);
            socket.receive(packet);
            text = text(packet);
        } while (!packet.getSocketAddress().equals(server) || repeated.contains(text));
        return Arrays.copyOf(packet.getData(), packet.getLength());
    }

    private static String text(DatagramPacket packet) {
        return new String(packet.getData(), 0, packet.getLength(), StandardCharsets.ISO_8859_1);
    }

    String receiveText() throws IOException {
        return new String(receive(), StandardCharsets.US_ASCII);
    }

    /**
     * Sends and receives what ends like that, again and again where nothing comes: for what a
     * client would repeat. Further replies to what was sent again are nobody's later.
     */
    String ask(String text) throws IOException {
        repeated.removeIf(before -> before.endsWith(text));
        socket.setSoTimeout(200);
        try {
            for (int i = 0; i < 300; i++) {
                send(text);
                try {
                    String reply = receiveText();
                    while (!reply.endsWith(text)) {
                        reply = receiveText();
                    }
                    if (i > 0) {
                        repeated.add(reply);
                    }
                    return reply;
                } catch (SocketTimeoutException e) {
                    // Again.
                }
            }
        } finally {
            socket.setSoTimeout(NodeFixture.SOCKET_TIMEOUT_MILLIS);
        }
        throw new SocketTimeoutException("no reply to " + text);
    }

    @Override
    public void close() {
        socket.close();
    }
}
