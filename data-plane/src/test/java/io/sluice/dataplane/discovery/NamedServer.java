package io.sluice.dataplane.discovery;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A TCP upstream that says its name to whoever connects, then waits for the end. */
public final class NamedServer implements AutoCloseable {
    private final ServerSocket server;
    private final byte[] name;

    /** Listens on a free port of loopback. */
    public NamedServer(String name) throws IOException {
        this.name = name.getBytes(StandardCharsets.US_ASCII);
        this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofPlatform().daemon().start(this::run);
    }

    public String address() {
        return "127.0.0.1:" + server.getLocalPort();
    }

    /** What the upstream behind an address says; fails if nobody listens. */
    public static String ask(String hostPort) throws IOException {
        int colon = hostPort.lastIndexOf(':');
        try (Socket socket = new Socket()) {
            socket.connect(
                    new InetSocketAddress(
                            InetAddress.getLoopbackAddress(),
                            Integer.parseInt(hostPort.substring(colon + 1))),
                    10_000);
            socket.setSoTimeout(60_000);
            socket.shutdownOutput();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    private void run() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                Thread.ofPlatform().daemon().start(() -> serve(socket));
            } catch (IOException e) {
                if (!server.isClosed()) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }

    private void serve(Socket socket) {
        try (socket;
                InputStream in = socket.getInputStream();
                OutputStream out = socket.getOutputStream()) {
            out.write(name);
            out.flush();
            in.readAllBytes();
        } catch (IOException e) {
            // The client is gone, which is its right.
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
