package io.sluice.it.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** An upstream that does with each connection what the test says, on a thread of its own. */
public final class ScriptedUpstream implements AutoCloseable {
    private final ServerSocket server;
    private final ConcurrentLinkedQueue<Socket> open = new ConcurrentLinkedQueue<>();
    private final AtomicInteger connections = new AtomicInteger();

    /** What happens to one connection; it is closed afterwards. */
    @FunctionalInterface
    public interface Script {
        void serve(Socket connection) throws IOException;
    }

    public ScriptedUpstream(Script script) {
        try {
            server = new ServerSocket(0, 128, InetAddress.ofLiteral("127.0.0.1"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofVirtual().start(() -> accept(script));
    }

    private void accept(Script script) {
        while (!server.isClosed()) {
            try {
                Socket connection = server.accept();
                open.add(connection);
                connections.incrementAndGet();
                Thread.ofVirtual().start(() -> serve(connection, script));
            } catch (IOException e) {
                if (!server.isClosed()) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }

    private static void serve(Socket connection, Script script) {
        try (connection) {
            script.serve(connection);
        } catch (IOException e) {
            // The peer went away, which is what many of the tests are about; the test judges by
            // what the client saw.
            return;
        }
    }

    /** 127.0.0.1:PORT. */
    public String address() {
        return "127.0.0.1:" + server.getLocalPort();
    }

    /** Connections accepted so far. */
    public int connections() {
        return connections.get();
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket connection : open) {
            connection.close();
        }
    }
}
