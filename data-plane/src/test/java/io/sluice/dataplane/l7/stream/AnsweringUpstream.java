package io.sluice.dataplane.l7.stream;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An upstream that answers the first request of each connection with bytes, whatever they are, and
 * then ends the connection or breaks it.
 */
final class AnsweringUpstream implements AutoCloseable {
    private static final int READ_MILLIS_MAX = 60_000;
    private static final int PREFACE_BYTES = 24;
    private static final String EMPTY_LINE = "\r\n\r\n";
    private static final byte[] SETTINGS = {0, 0, 0, 4, 0, 0, 0, 0, 0};
    private static final int HEADERS = 1;

    /** What a request looks like. */
    enum Version {
        HTTP1,
        HTTP2
    }

    private final Version version;
    private final ServerSocket server;
    private volatile byte[] answer = new byte[0];
    private volatile int split;
    private volatile boolean breaks;

    /** Connections that the proxy broke. */
    final AtomicInteger refused = new AtomicInteger();

    AnsweringUpstream(Version version) throws IOException {
        this.version = version;
        this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    InetSocketAddress address() {
        return (InetSocketAddress) server.getLocalSocketAddress();
    }

    /**
     * What follows from now on.
     *
     * @param split how many of the bytes go first
     * @param breaks whether the connection breaks behind them
     */
    void answers(byte[] bytes, int split, boolean breaks) {
        this.answer = bytes;
        this.split = Math.min(split, bytes.length);
        this.breaks = breaks;
    }

    private void accept() {
        while (true) {
            try {
                Socket socket = server.accept();
                Thread.ofVirtual().start(() -> serve(socket));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(READ_MILLIS_MAX);
            InputStream in = socket.getInputStream();
            if (!request(in)) {
                return;
            }
            byte[] bytes = answer;
            int first = split;
            if (version == Version.HTTP2) {
                socket.getOutputStream().write(SETTINGS);
            }
            socket.getOutputStream().write(bytes, 0, first);
            socket.getOutputStream().write(bytes, first, bytes.length - first);
            if (breaks) {
                socket.setSoLinger(true, 0);
                return;
            }
            socket.shutdownOutput();
            in.skip(Long.MAX_VALUE);
        } catch (IOException gone) {
            // The proxy need not read what it does not like.
            refused.incrementAndGet();
        }
    }

    private boolean request(InputStream in) throws IOException {
        if (version == Version.HTTP1) {
            return head(in);
        }
        return in.readNBytes(PREFACE_BYTES).length > 0 && headers(in);
    }

    private static boolean head(InputStream in) throws IOException {
        int matched = 0;
        while (matched < EMPTY_LINE.length()) {
            int b = in.read();
            if (b < 0) {
                return false;
            }
            matched = b == EMPTY_LINE.charAt(matched) ? matched + 1 : b == '\r' ? 1 : 0;
        }
        return true;
    }

    private static boolean headers(InputStream in) throws IOException {
        while (true) {
            byte[] head = in.readNBytes(9);
            if (head.length < 9) {
                return false;
            }
            int length = (head[0] & 0xff) << 16 | (head[1] & 0xff) << 8 | (head[2] & 0xff);
            in.skipNBytes(length);
            if (head[3] == HEADERS) {
                return true;
            }
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
