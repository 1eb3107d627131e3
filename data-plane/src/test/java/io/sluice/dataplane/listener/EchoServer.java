package io.sluice.dataplane.listener;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;

/** An upstream that says its name, then sends back what it gets, and ends when the client does. */
final class EchoServer implements AutoCloseable {
    final AtomicInteger connections = new AtomicInteger();
    private final ServerSocket socket;
    private final @Nullable String name;

    EchoServer(String name) throws IOException {
        this(name, new ServerSocket(0, 50, InetAddress.getLoopbackAddress()));
    }

    private EchoServer(@Nullable String name, ServerSocket socket) {
        this.name = name;
        this.socket = socket;
        Thread.ofVirtual().start(this::accept);
    }

    /** One at all addresses, whose name is the last digit of the one it was reached at. */
    static EchoServer everywhere() throws IOException {
        return new EchoServer(null, new ServerSocket(0));
    }

    int port() {
        return socket.getLocalPort();
    }

    String address() {
        return "127.0.0.1:" + socket.getLocalPort();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = socket.accept();
                connections.incrementAndGet();
                Thread.ofVirtual().start(() -> serve(client));
            }
        } catch (IOException e) {
            // Closed.
            return;
        }
    }

    private void serve(Socket client) {
        try (client) {
            OutputStream out = client.getOutputStream();
            out.write(nameAt(client).getBytes(StandardCharsets.US_ASCII));
            out.flush();
            client.getInputStream().transferTo(out);
            client.shutdownOutput();
        } catch (IOException e) {
            // The client reset it: the test says whether it may.
            return;
        }
    }

    private String nameAt(Socket client) {
        String at = client.getLocalAddress().getHostAddress();
        return name == null ? at.substring(at.length() - 1) : name;
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
