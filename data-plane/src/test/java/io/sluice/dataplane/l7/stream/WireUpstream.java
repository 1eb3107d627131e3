package io.sluice.dataplane.l7.stream;

import io.sluice.dataplane.l7.stream.WireConnection.Service;
import io.sluice.dataplane.l7.stream.WireConnection.Wire;
import io.sluice.dataplane.net.HeldPort;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import javax.net.ssl.SSLContext;

/** An upstream that does with each request what the test says, whatever it is carried by. */
final class WireUpstream implements AutoCloseable {
    private final Wire wire;
    private final SSLContext tls;
    private final Service service;
    private final HeldPort port = new HeldPort();
    private final ServerSocket server;
    private final Thread acceptor;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private volatile @Nullable Throwable failure;
    private volatile boolean closed;

    WireUpstream(Wire wire, SSLContext tls, Service service) throws IOException {
        this.wire = wire;
        this.tls = tls;
        this.service = service;
        this.server = port.listen(50);
        this.acceptor = Thread.ofVirtual().start(this::accept);
    }

    InetSocketAddress address() {
        return port.socketAddress();
    }

    /** Connections so far. */
    int connections() {
        return sockets.size();
    }

    private void accept() {
        while (true) {
            try {
                Socket socket = server.accept();
                sockets.add(socket);
                Thread.ofVirtual().start(() -> serve(socket));
            } catch (IOException stopped) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (WireConnection connection = WireConnection.on(wire, socket, tls, false)) {
            connection.serve(
                    stream -> {
                        try {
                            service.serve(stream);
                        } catch (IOException gone) {
                            // The test decides what it expects to see at the other end.
                            throw gone;
                        } catch (Throwable e) {
                            failed(e);
                            throw new IOException(e);
                        }
                    });
        } catch (IOException gone) {
            // As above.
            socket.isClosed();
        } catch (Exception e) {
            failed(e);
        }
    }

    private void failed(Throwable e) {
        if (!closed) {
            failure = e;
        }
    }

    /** Connects are refused from now on. */
    void stopListening() throws IOException, InterruptedException {
        server.close();
        // The socket listens until the thread that waits in accept lets go of it.
        acceptor.join();
    }

    @Override
    public void close() throws IOException {
        closed = true;
        server.close();
        port.close();
        for (Socket socket : sockets) {
            socket.close();
        }
        if (failure != null) {
            throw new AssertionError("the upstream met something unexpected", failure);
        }
    }
}
