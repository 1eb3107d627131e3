package io.sluice.controlplane.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;

/** A client that sends what it is told, byte for byte. */
final class RawClient implements AutoCloseable {
    private static final int READ_MILLIS_MAX = 60_000;

    private final Socket socket;
    private final InputStream in;

    RawClient(InetSocketAddress address) throws IOException {
        socket = new Socket(address.getAddress(), address.getPort());
        socket.setSoTimeout(READ_MILLIS_MAX);
        in = new BufferedInputStream(socket.getInputStream());
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

    /** Reads until the text, which is ASCII, has come. */
    String readUntil(String text) throws IOException {
        StringBuilder read = new StringBuilder();
        char last = text.charAt(text.length() - 1);
        while (true) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("ended before \"" + text + "\": " + read);
            }
            read.append((char) next);
            if (next == last
                    && read.length() >= text.length()
                    && read.substring(read.length() - text.length()).equals(text)) {
                return read.toString();
            }
        }
    }

    /** All that comes before the connection ends, be it by a reset of what was not read. */
    String readToEnd() throws IOException {
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        try {
            for (int next = in.read(); next >= 0; next = in.read()) {
                read.write(next);
            }
        } catch (SocketException e) {
            assertThat(e).hasMessageContaining("reset");
        }
        return read.toString(StandardCharsets.UTF_8);
    }

    /** How many bytes still come before the connection ends, in whatever way. */
    long countToEnd() {
        long count = 0;
        try {
            while (in.read() >= 0) {
                count++;
            }
        } catch (IOException e) {
            return count; // a reset is an end, too
        }
        return count;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
