package io.sluice.dataplane.listener;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** An upstream that accepts and then does only what the test does with the connection. */
final class SilentServer implements AutoCloseable {
    static final int RECEIVE_BUFFER_BYTES = 64 * 1024;

    private final BlockingQueue<Socket> accepted = new LinkedBlockingQueue<>();
    private final ServerSocket socket;

    SilentServer() throws IOException {
        this.socket = new ServerSocket();
        // Else the kernel takes tens of megabytes that nobody reads.
        socket.setReceiveBufferSize(RECEIVE_BUFFER_BYTES);
        socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
        Thread.ofVirtual().start(this::accept);
    }

    private void accept() {
        try {
            while (true) {
                accepted.add(socket.accept());
            }
        } catch (IOException e) {
            // Closed.
            return;
        }
    }

    String address() {
        return "127.0.0.1:" + socket.getLocalPort();
    }

    /** The next connection, once its client's first byte is there. */
    Socket awaitConnection() throws IOException, InterruptedException {
        Socket next = accepted.poll(60, TimeUnit.SECONDS);
        if (next == null || next.getInputStream().read() < 0) {
            throw new AssertionError("nobody asked");
        }
        return next;
    }

    /** Ends a connection without saying so. */
    static void reset(Socket connection) throws IOException {
        connection.setSoLinger(true, 0);
        connection.close();
    }

    @Override
    public void close() {
        try {
            socket.close();
            for (Socket client : accepted) {
                client.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
