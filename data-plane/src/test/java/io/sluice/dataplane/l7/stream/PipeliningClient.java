package io.sluice.dataplane.l7.stream;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A client of HTTP/1.1 that believes nothing but the letter of RFC 9112: it sends two requests at
 * once, the second one for a page that it knows, so that a byte too many or too few behind the
 * first response shows. Connects again where it has to.
 */
final class PipeliningClient implements AutoCloseable {
    private static final int READ_MILLIS_MAX = 60_000;
    private static final String KNOWN_REQUEST = "GET /known HTTP/1.1\r\nHost: shop\r\n\r\n";

    private final InetSocketAddress address;
    private Socket socket = new Socket();
    private InputStream in = InputStream.nullInputStream();
    private boolean open;
    private boolean cutBehind;

    PipeliningClient(InetSocketAddress address) {
        this.address = address;
    }

    /**
     * The response to a request for a path; empty if it was cut off.
     *
     * @param minorVersion of HTTP/1
     * @param known the page at {@code /known}
     */
    Optional<ResponseReading> ask(String method, String path, int minorVersion, String known)
            throws IOException {
        if (!open) {
            connect();
        }
        cutBehind = false;
        String request = method + " " + path + " HTTP/1." + minorVersion + "\r\nHost: shop\r\n\r\n";
        write(request + KNOWN_REQUEST);
        Optional<ResponseReading> response = readOrCut(method.equals("HEAD"), minorVersion);
        if (response.isEmpty() || ends(response.get(), minorVersion)) {
            close();
        } else {
            Optional<ResponseReading> next = readOrCut(false, 1);
            cutBehind = next.isEmpty();
            if (cutBehind) {
                close();
            } else {
                String text = new String(next.get().body(), StandardCharsets.ISO_8859_1);
                require(next.get().status() == 200 && text.equals(known), "another: " + next);
            }
        }
        return response;
    }

    /** Whether the connection broke behind the response, although that did not say so. */
    boolean cutBehind() {
        return cutBehind;
    }

    private void connect() throws IOException {
        socket = new Socket();
        socket.connect(address);
        socket.setSoTimeout(READ_MILLIS_MAX);
        socket.setTcpNoDelay(true);
        in = new BufferedInputStream(socket.getInputStream());
        open = true;
    }

    private void write(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private boolean ends(ResponseReading response, int minorVersion) throws IOException {
        if (minorVersion > 0 && !response.fields().getOrDefault("connection", "").equals("close")) {
            return false;
        }
        require(endOrReset() < 0, "something behind the last response");
        return true;
    }

    // The known request was not read, which may become a reset.
    private int endOrReset() throws IOException {
        try {
            return in.read();
        } catch (java.net.SocketException reset) {
            return -1;
        }
    }

    private Optional<ResponseReading> readOrCut(boolean head, int minorVersion) throws IOException {
        try {
            return Optional.of(read(head, minorVersion));
        } catch (EOFException | java.net.SocketException cut) {
            return Optional.empty();
        }
    }

    private ResponseReading read(boolean head, int minorVersion) throws IOException {
        String line = line();
        Map<String, String> fields = fields();
        require(line.matches("HTTP/1\\.1 [1-5][0-9]{2} [\\t -~\\x80-\\xff]*"), line);
        int status = Integer.parseInt(line.substring(9, 12));
        if (status < 200) {
            require(minorVersion > 0, "interim to a client of HTTP/1.0");
            require(!fields.containsKey("content-length"), "a length of no body");
            require(!fields.containsKey("transfer-encoding"), "a coding of no body");
            return read(head, minorVersion);
        }
        String coding = fields.get("transfer-encoding");
        String length = fields.get("content-length");
        require(coding == null || minorVersion > 0, "a coding to a client of HTTP/1.0");
        require(coding == null || coding.equals("chunked"), "coding " + coding);
        require(coding == null || length == null, "two lengths");
        require(length == null || length.matches("[0-9]{1,18}"), "length " + length);
        if (head || status == 204 || status == 304) {
            require(status != 204 || (coding == null && length == null), "a length of 204");
            return new ResponseReading(status, fields, new byte[0], Map.of(), false);
        }
        if (coding != null) {
            byte[] body = chunks();
            return new ResponseReading(status, fields, body, trailers(), true);
        }
        if (length != null) {
            byte[] body = in.readNBytes((int) Math.min(Long.parseLong(length), 1 << 24));
            if (body.length < Long.parseLong(length)) {
                throw new EOFException("within a body");
            }
            return new ResponseReading(status, fields, body, Map.of(), false);
        }
        require(
                fields.getOrDefault("connection", "").equals("close"),
                "a body without end on a connection that stays");
        return new ResponseReading(status, fields, in.readAllBytes(), Map.of(), false);
    }

    private byte[] chunks() throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        while (true) {
            String size = line().split(";", 2)[0];
            require(size.matches("[0-9a-fA-F]{1,15}"), "size of a chunk: " + size);
            long bytes = Long.parseLong(size, 16);
            if (bytes == 0) {
                return body.toByteArray();
            }
            byte[] chunk = in.readNBytes((int) Math.min(bytes, 1 << 24));
            if (chunk.length < bytes) {
                throw new EOFException("within a chunk");
            }
            body.writeBytes(chunk);
            require(line().isEmpty(), "a chunk without end");
        }
    }

    // Judged once they are complete: behind some that are not, the response is cut.
    private Map<String, String> trailers() throws IOException {
        ByteArrayOutputStream lines = new ByteArrayOutputStream();
        String read = "";
        while (!read.equals("\r\n") && !read.endsWith("\r\n\r\n")) {
            int b = in.read();
            if (b < 0) {
                throw new EOFException("within trailers: " + read);
            }
            lines.write(b);
            read = lines.toString(StandardCharsets.ISO_8859_1);
        }
        return fields(new ByteArrayInputStream(lines.toByteArray()));
    }

    private Map<String, String> fields() throws IOException {
        return fields(in);
    }

    private static Map<String, String> fields(InputStream in) throws IOException {
        Map<String, String> fields = new LinkedHashMap<>();
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            int colon = line.indexOf(':');
            require(colon > 0, "a line without name: " + line);
            String name = line.substring(0, colon);
            require(name.matches("[!#-'*+.^-z|~A-Z0-9-]+"), "name " + name);
            fields.merge(
                    name.toLowerCase(Locale.ROOT),
                    blanksOff(line.substring(colon + 1)),
                    (one, two) -> one + "|" + two);
        }
        return fields;
    }

    private static String blanksOff(String value) {
        return value.replaceAll("^[ \\t]+|[ \\t]+$", "");
    }

    private String line() throws IOException {
        return line(in);
    }

    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\r'; b = in.read()) {
            if (b < 0) {
                throw new EOFException("within a line: " + line);
            }
            require(b != '\n' && b != 0, "a bare LF, or NUL");
            line.write(b);
        }
        int last = in.read();
        if (last < 0) {
            throw new EOFException("within a line end");
        }
        require(last == '\n', "a bare CR");
        return line.toString(StandardCharsets.ISO_8859_1);
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }

    @Override
    public void close() throws IOException {
        open = false;
        socket.close();
    }
}
