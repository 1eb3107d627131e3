package io.sluice.controlplane.api;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A client that sends what it is told, byte for byte. */
final class RawClient implements AutoCloseable {
    private static final int READ_MILLIS_MAX = 20_000;

    private final Socket socket;

    RawClient(InetSocketAddress address) throws IOException {
        socket = new Socket(address.getAddress(), address.getPort());
        socket.setSoTimeout(READ_MILLIS_MAX);
    }

    /** What the server answers to these bytes until it closes. */
    static String exchange(InetSocketAddress address, String request) throws IOException {
        try (RawClient client = new RawClient(address)) {
            client.send(request);
            return client.readToEnd();
        }
    }

    void send(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    InputStream in() throws IOException {
        return socket.getInputStream();
    }

    /** Reads until the text has come. */
    String readUntil(String text) throws IOException {
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        while (!read.toString(StandardCharsets.UTF_8).contains(text)) {
            int next = in().read();
            if (next < 0) {
                throw new IOException("ended before \"" + text + "\": " + read);
            }
            read.write(next);
        }
        return read.toString(StandardCharsets.UTF_8);
    }

    String readToEnd() throws IOException {
        return new String(in().readAllBytes(), StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
