package io.sluice.it.harness;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import org.jspecify.annotations.Nullable;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;

/** A client that sends and sees bytes, for tests in which the protocol is the point. */
public final class RawClient implements AutoCloseable {
    private final Socket socket;

    public RawClient(InetSocketAddress address) throws IOException {
        this(address, null);
    }

    /** A client with this local address, or with any. */
    public RawClient(InetSocketAddress address, @Nullable InetAddress local) throws IOException {
        socket = new Socket(address.getAddress(), address.getPort(), local, 0);
        socket.setSoTimeout((int) Await.DEADLINE.toMillis());
    }

    public Socket socket() {
        return socket;
    }

    public RawClient send(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(ISO_8859_1));
        return this;
    }

    /** Reads until the text ends with the given end; fails if the peer closes first. */
    public String readUntil(String end) throws IOException {
        StringBuilder text = new StringBuilder();
        InputStream in = socket.getInputStream();
        while (text.indexOf(end, Math.max(0, text.length() - end.length())) < 0) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("closed after: " + text);
            }
            text.append((char) next);
        }
        return text.toString();
    }

    /** Reads a head and a body of its Content-Length. */
    public String readResponse() throws IOException {
        String head = readUntil("\r\n\r\n");
        int at = head.toLowerCase(java.util.Locale.ROOT).indexOf("\r\ncontent-length:");
        if (at < 0) {
            return head;
        }
        int from = at + "\r\ncontent-length:".length();
        int length = Integer.parseInt(head.substring(from, head.indexOf("\r\n", from)).trim());
        return head + new String(socket.getInputStream().readNBytes(length), ISO_8859_1);
    }

    /** Reads until the peer closes. */
    public String readAll() throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        socket.getInputStream().transferTo(all);
        return all.toString(ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
