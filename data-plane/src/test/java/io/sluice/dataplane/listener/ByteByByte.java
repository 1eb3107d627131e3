package io.sluice.dataplane.listener;

import io.sluice.proto.HostPort;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** Passes what a client sends on to an address one byte at a time, and the answers as they come. */
final class ByteByByte implements AutoCloseable {
    private final ServerSocket server;
    private final HostPort target;

    ByteByByte(HostPort target) throws IOException {
        this.target = target;
        this.server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    Socket connect() throws IOException {
        return NodeFixture.connect(new HostPort("127.0.0.1", server.getLocalPort()));
    }

    private void accept() {
        try (Socket client = server.accept();
                Socket far = NodeFixture.connect(target)) {
            far.setTcpNoDelay(true);
            Thread.ofVirtual().start(() -> answers(far, client));
            InputStream in = client.getInputStream();
            OutputStream out = far.getOutputStream();
            for (int next = in.read(); next >= 0; next = in.read()) {
                out.write(next);
                out.flush();
            }
        } catch (IOException e) {
            // The test is over.
            return;
        }
    }

    private static void answers(Socket from, Socket to) {
        try {
            from.getInputStream().transferTo(to.getOutputStream());
        } catch (IOException e) {
            // The test is over.
            return;
        }
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
