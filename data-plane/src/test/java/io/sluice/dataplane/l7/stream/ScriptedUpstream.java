package io.sluice.dataplane.l7.stream;

import io.sluice.dataplane.net.HeldPort;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** An upstream that does on each connection what the test says, with raw bytes. */
final class ScriptedUpstream implements AutoCloseable {
    /** What it does with one connection, on a thread of its own. */
    interface Script {
        void run(Peer peer, int connection) throws IOException;
    }

    /** One connection as the script sees it. */
    static final class Peer {
        private final Socket socket;
        private final InputStream in;
        private final OutputStream out;

        Peer(Socket socket) throws IOException {
            this.socket = socket;
            this.in = socket.getInputStream();
            this.out = socket.getOutputStream();
        }

        /** The next head with its empty line; the empty text at the end of input. */
        String readHead() throws IOException {
            ByteArrayOutputStream head = new ByteArrayOutputStream();
            while (true) {
                int b = in.read();
                if (b < 0) {
                    return "";
                }
                head.write(b);
                if (b == '\n' && head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
                    return head.toString(StandardCharsets.ISO_8859_1);
                }
            }
        }

        String read(int bytes) throws IOException {
            return new String(in.readNBytes(bytes), StandardCharsets.ISO_8859_1);
        }

        /** Whatever comes until the end of input. */
        String readAll() throws IOException {
            return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
        }

        void write(String text) throws IOException {
            write(text.getBytes(StandardCharsets.ISO_8859_1));
        }

        void write(byte[] bytes) throws IOException {
            out.write(bytes);
            out.flush();
        }

        void shutdownOutput() throws IOException {
            socket.shutdownOutput();
        }

        void reset() throws IOException {
            socket.setSoLinger(true, 0);
            socket.close();
        }

        Socket socket() {
            return socket;
        }
    }

    final List<String> heads = new CopyOnWriteArrayList<>();
    final AtomicInteger connections = new AtomicInteger();
    private final HeldPort port = new HeldPort();
    private final ServerSocket server;
    private final Script script;
    private final Thread acceptor;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();

    ScriptedUpstream(Script script) throws IOException {
        this.script = script;
        this.server = port.listen(50);
        this.acceptor = Thread.ofVirtual().start(this::accept);
    }

    /** Answers each request of each connection with what {@code reply} makes of its head. */
    static ScriptedUpstream replying(java.util.function.UnaryOperator<String> reply)
            throws IOException {
        AtomicHolder self = new AtomicHolder();
        ScriptedUpstream upstream =
                new ScriptedUpstream(
                        (peer, connection) -> {
                            for (String head = peer.readHead();
                                    !head.isEmpty();
                                    head = peer.readHead()) {
                                self.heads.add(head);
                                int length = contentLength(head);
                                String body = length > 0 ? peer.read(length) : "";
                                peer.write(reply.apply(head + body));
                            }
                        });
        self.heads = upstream.heads;
        return upstream;
    }

    private static final class AtomicHolder {
        volatile List<String> heads = new CopyOnWriteArrayList<>();
    }

    static int contentLength(String head) {
        for (String line : head.split("\r\n", -1)) {
            if (line.toLowerCase(java.util.Locale.ROOT).startsWith("content-length:")) {
                return Integer.parseInt(line.substring(15).strip());
            }
        }
        return 0;
    }

    InetSocketAddress address() {
        return port.socketAddress();
    }

    private void accept() {
        while (true) {
            try {
                Socket socket = server.accept();
                sockets.add(socket);
                int number = connections.incrementAndGet();
                Thread.ofVirtual().start(() -> serve(socket, number));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket socket, int number) {
        try (socket) {
            script.run(new Peer(socket), number);
        } catch (IOException gone) {
            // The test decides what it expects to see at the other end.
            connections.get();
        }
    }

    /** Stops listening: later connects are refused. */
    void stopListening() throws IOException, InterruptedException {
        server.close();
        // The socket listens until the thread that waits in accept lets go of it.
        acceptor.join();
    }

    @Override
    public void close() throws IOException {
        server.close();
        port.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
