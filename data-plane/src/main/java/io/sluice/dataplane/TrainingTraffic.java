package io.sluice.dataplane;

import io.sluice.proto.HostPort;

import org.jspecify.annotations.Nullable;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * The two ends of what a node in training relays: an upstream that answers every request, and a
 * client that sends some and reads the answers. And a relay by which the node is an upstream of its
 * own, whose address is known before the node's is, so that it speaks HTTP/2 to itself. Blocking;
 * upstream and relay on threads of their own.
 */
final class TrainingTraffic implements AutoCloseable {
    private static final int BODY_BYTES = 128;
    private static final int LARGE_BODY_BYTES = 64 * 1024;
    private static final int TIMEOUT_MILLIS = 60_000;
    private static final String HEADERS =
            "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\r\n"
                    + "Accept: text/html,application/xhtml+xml;q=0.9,*/*;q=0.8\r\n"
                    + "Accept-Language: en-GB,en;q=0.7\r\n"
                    + "Accept-Encoding: gzip, deflate, br\r\n"
                    + "Cookie: session=4f1c2a9d8e7b6a5c4d3e2f1a0b9c8d7e; theme=dark\r\n";

    private final ServerSocket server;
    private final ServerSocket relay;
    private volatile @Nullable HostPort relayTo;

    TrainingTraffic() throws IOException {
        server = listen(TrainingTraffic::serve);
        relay = listen(this::relay);
    }

    HostPort upstream() {
        return new HostPort("127.0.0.1", server.getLocalPort());
    }

    /** Where to reach what {@link #relayTo} says; who comes before that is let go. */
    HostPort relay() {
        return new HostPort("127.0.0.1", relay.getLocalPort());
    }

    void relayTo(HostPort to) {
        relayTo = to;
    }

    /** Small requests, one after the other, on one connection. */
    void keepAlive(HostPort to, int requests) throws IOException {
        try (Socket socket = connect(to)) {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            for (int i = 0; i < requests; i++) {
                String path = i % 2 == 0 ? "/any/item?n=" + i : "/r" + i % 200 + "/item";
                send(
                        socket,
                        "GET "
                                + path
                                + " HTTP/1.1\r\nHost: h"
                                + i % 10
                                + ".example\r\n"
                                + (i % 4 == 0 ? HEADERS : "")
                                + "\r\n");
                readMessage(in);
            }
        }
    }

    /**
     * Small requests that the node takes over HTTP/1.1 and sends to itself: over HTTP/2 the first
     * time, from HTTP/2 to HTTP/2 the second.
     */
    void overHttp2(HostPort to, int requests) throws IOException {
        try (Socket socket = connect(to)) {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            for (int i = 0; i < requests; i++) {
                String headers = i % 4 == 0 ? HEADERS : "";
                send(
                        socket,
                        "GET /h2h2/item?n=" + i + " HTTP/1.1\r\nHost: a\r\n" + headers + "\r\n");
                readMessage(in);
            }
        }
    }

    /** Requests of which each has a connection of its own. */
    void churn(HostPort to, int connections) throws IOException {
        for (int i = 0; i < connections; i++) {
            try (Socket socket = connect(to)) {
                send(socket, "GET /any HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
                socket.getInputStream().readAllBytes();
            }
        }
    }

    /** Large bodies, both ways. */
    void bodies(HostPort to, String path, int requests) throws IOException {
        byte[] body = new byte[LARGE_BODY_BYTES];
        try (Socket socket = connect(to)) {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            for (int i = 0; i < requests; i++) {
                send(
                        socket,
                        "POST "
                                + path
                                + " HTTP/1.1\r\nHost: a\r\nContent-Length: "
                                + body.length
                                + "\r\n\r\n");
                socket.getOutputStream().write(body);
                readMessage(in);
                send(socket, "GET " + path + "/large HTTP/1.1\r\nHost: a\r\n\r\n");
                readMessage(in);
            }
        }
    }

    /** Any text, and what comes back until the other side closes. */
    void exchange(HostPort to, String text) throws IOException {
        try (Socket socket = connect(to)) {
            send(socket, text);
            socket.getInputStream().readAllBytes();
        }
    }

    @Override
    public void close() {
        try (server) {
            relay.close();
        } catch (IOException e) {
            throw new IllegalStateException("a listening socket cannot be closed", e);
        }
    }

    private static ServerSocket listen(Consumer<Socket> taken) throws IOException {
        ServerSocket listening = new ServerSocket(0, 128, InetAddress.getLoopbackAddress());
        Thread.ofPlatform().daemon().start(() -> accept(listening, taken));
        return listening;
    }

    private static void accept(ServerSocket listening, Consumer<Socket> taken) {
        try {
            while (true) {
                Socket socket = listening.accept();
                Thread.ofPlatform().daemon().start(() -> taken.accept(socket));
            }
        } catch (IOException e) {
            // Closed: the training is over.
        }
    }

    private void relay(Socket accepted) {
        HostPort to = relayTo;
        try (Socket from = accepted) {
            if (to == null) {
                return;
            }
            try (Socket onwards = connect(to)) {
                from.setTcpNoDelay(true);
                onwards.setSoTimeout(0);
                Thread.ofPlatform().daemon().start(() -> pass(onwards, from));
                pass(from, onwards);
            }
        } catch (IOException e) {
            // The node is gone.
        }
    }

    private static void pass(Socket from, Socket to) {
        try {
            from.getInputStream().transferTo(to.getOutputStream());
            to.shutdownOutput();
        } catch (IOException e) {
            // One of the two closed it.
        }
    }

    private static void serve(Socket accepted) {
        try (Socket socket = accepted) {
            socket.setTcpNoDelay(true);
            InputStream in = new BufferedInputStream(socket.getInputStream());
            while (true) {
                String head = readMessage(in);
                boolean last = head.contains("connection: close");
                int length = head.contains("/large") ? LARGE_BODY_BYTES : BODY_BYTES;
                send(
                        socket,
                        "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: "
                                + length
                                + (last ? "\r\nConnection: close" : "")
                                + "\r\n\r\n"
                                + "x".repeat(length));
                if (last) {
                    return;
                }
            }
        } catch (IOException e) {
            // The node closed it.
        }
    }

    private static Socket connect(HostPort to) throws IOException {
        Socket socket = new Socket(to.host(), to.port());
        socket.setSoTimeout(TIMEOUT_MILLIS);
        socket.setTcpNoDelay(true);
        return socket;
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** The head of the next message, in lower case; its body was read as well. */
    private static String readMessage(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n", Math.max(0, head.length() - 4)) < 0) {
            int next = in.read();
            if (next < 0) {
                throw new EOFException("the connection ended within a head");
            }
            head.append((char) next);
        }
        String text = head.toString().toLowerCase(Locale.ROOT);
        int at = text.indexOf("\r\ncontent-length:");
        if (at >= 0) {
            int from = at + "\r\ncontent-length:".length();
            in.skipNBytes(Integer.parseInt(text.substring(from, text.indexOf('\r', from)).strip()));
        }
        return text;
    }
}
