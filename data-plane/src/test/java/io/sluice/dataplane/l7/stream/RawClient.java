package io.sluice.dataplane.l7.stream;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** A client that writes raw bytes and reads responses; every read fails after a minute. */
final class RawClient implements AutoCloseable {
    private static final int READ_MILLIS_MAX = 60_000;

    private final Socket socket;
    private final InputStream in;

    RawClient(InetSocketAddress address) throws IOException {
        this(address, 0);
    }

    RawClient(InetSocketAddress address, int receiveBytes) throws IOException {
        socket = new Socket();
        if (receiveBytes > 0) {
            socket.setReceiveBufferSize(receiveBytes);
        }
        socket.connect(address);
        socket.setSoTimeout(READ_MILLIS_MAX);
        socket.setTcpNoDelay(true);
        in = socket.getInputStream();
    }

    RawClient write(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        return this;
    }

    Socket socket() {
        return socket;
    }

    void shutdownOutput() throws IOException {
        socket.shutdownOutput();
    }

    /** A response head with its empty line. */
    String readHead() throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (true) {
            int b = in.read();
            if (b < 0) {
                return head.toString(StandardCharsets.ISO_8859_1) + "<END>";
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

    /** A response with its body, by Content-Length or chunks as they stand. */
    String readResponse() throws IOException {
        String head = readHead();
        String lower = head.toLowerCase(Locale.ROOT);
        if (lower.contains("transfer-encoding: chunked")) {
            StringBuilder all = new StringBuilder(head);
            while (!all.toString().endsWith("0\r\n\r\n")) {
                int b = in.read();
                if (b < 0) {
                    return all + "<END>";
                }
                all.append((char) b);
            }
            return all.toString();
        }
        return head + read(ScriptedUpstream.contentLength(head));
    }

    /** Everything until the end of input; a reset shows as {@code <RESET>}. */
    String readAll() {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        try {
            for (int b = in.read(); b >= 0; b = in.read()) {
                all.write(b);
            }
            return all.toString(StandardCharsets.ISO_8859_1);
        } catch (java.net.SocketTimeoutException timeout) {
            return all.toString(StandardCharsets.ISO_8859_1) + "<TIMEOUT>";
        } catch (IOException reset) {
            return all.toString(StandardCharsets.ISO_8859_1) + "<RESET>";
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
