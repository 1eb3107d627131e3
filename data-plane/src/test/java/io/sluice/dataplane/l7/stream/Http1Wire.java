package io.sluice.dataplane.l7.stream;

import org.jspecify.annotations.Nullable;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** One end of a connection of HTTP/1.1, with one request after the other. */
final class Http1Wire implements WireConnection {
    private static final String ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

    private final Socket plain;
    private final Socket socket;
    private final InputStream in;
    private final boolean client;

    Http1Wire(Socket plain, Socket socket, boolean client) throws IOException {
        this.plain = plain;
        this.socket = socket;
        this.client = client;
        this.in = new BufferedInputStream(socket.getInputStream(), 16 * 1024);
    }

    @Override
    public WireStream open() {
        return new Exchange();
    }

    @Override
    public void serve(Service service) throws Exception {
        while (true) {
            Exchange exchange = new Exchange();
            if (!exchange.begins()) {
                return;
            }
            service.serve(exchange);
            if (!exchange.complete()) {
                return;
            }
        }
    }

    @Override
    public boolean ends() throws IOException {
        return in.read() < 0;
    }

    @Override
    public void endOutput() throws IOException {
        socket.shutdownOutput();
    }

    @Override
    public Socket plain() {
        return plain;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    private final class Exchange extends WireStream {
        // Sent.
        private String method = "";
        private boolean chunked;
        private boolean sentAll;
        private boolean tunnel;

        // Received.
        private @Nullable Head first;
        private boolean inChunks;
        private boolean untilClose;
        private long remaining;
        private boolean receivedAll;
        private Map<String, String> trailers = Map.of();

        /** Whether another request comes. */
        boolean begins() throws IOException {
            in.mark(1);
            if (in.read() < 0) {
                return false;
            }
            in.reset();
            first = readHead();
            return true;
        }

        boolean complete() {
            return sentAll && receivedAll && !tunnel;
        }

        // ---- sending

        @Override
        void head(boolean last, String... namesAndValues) throws IOException {
            Map<String, String> fields = fields(namesAndValues);
            StringBuilder head = new StringBuilder();
            boolean interim = false;
            if (client) {
                method = fields.getOrDefault(":method", "");
                String authority = fields.getOrDefault(":authority", "");
                // A CONNECT has no path: RFC 9112 section 3.2.3.
                head.append(method).append(' ').append(fields.getOrDefault(":path", authority));
                head.append(" HTTP/1.1\r\nHost: ").append(authority).append("\r\n");
            } else {
                String status = fields.getOrDefault(":status", "");
                interim = status.startsWith("1");
                head.append("HTTP/1.1 ").append(status).append(" \r\n");
                boolean bodiless = status.equals("204") || status.equals("304") || interim;
                if (last && !bodiless && !fields.containsKey("content-length")) {
                    head.append("Content-Length: 0\r\n");
                }
            }
            for (int i = 0; i < namesAndValues.length; i += 2) {
                if (!namesAndValues[i].startsWith(":")) {
                    head.append(namesAndValues[i]).append(": ");
                    head.append(namesAndValues[i + 1]).append("\r\n");
                }
            }
            chunked = !last && !interim && !fields.containsKey("content-length");
            if (chunked) {
                head.append("Transfer-Encoding: chunked\r\n");
            }
            write(bytes(head.append("\r\n").toString()));
            sentAll = last && !interim;
        }

        private void write(byte[] bytes) throws IOException {
            socket.getOutputStream().write(bytes);
            socket.getOutputStream().flush();
        }

        @Override
        void body(byte[] bytes, boolean last) throws IOException {
            if (tunnel || !chunked) {
                write(bytes);
                if (tunnel && last) {
                    socket.shutdownOutput();
                }
                sentAll = last;
                return;
            }
            if (bytes.length > 0) {
                ByteArrayOutputStream chunk = new ByteArrayOutputStream();
                chunk.writeBytes(bytes(Integer.toHexString(bytes.length) + "\r\n"));
                chunk.writeBytes(bytes);
                chunk.writeBytes(bytes("\r\n"));
                write(chunk.toByteArray());
            }
            if (last) {
                end();
            }
        }

        @Override
        void end(String... trailers) throws IOException {
            if (tunnel) {
                socket.shutdownOutput();
            } else if (chunked) {
                StringBuilder end = new StringBuilder("0\r\n");
                for (int i = 0; i < trailers.length; i += 2) {
                    end.append(trailers[i]).append(": ").append(trailers[i + 1]).append("\r\n");
                }
                write(bytes(end.append("\r\n").toString()));
            }
            sentAll = true;
        }

        @Override
        void abort() throws IOException {
            plain.setSoLinger(true, 0);
            plain.close();
        }

        @Override
        void lastReply(int status, String body) throws IOException {
            reply(status, body, "connection", "close");
        }

        @Override
        void refuse() throws IOException {
            plain.close();
        }

        @Override
        void askForWebSocket(String path) throws IOException {
            head(
                    true,
                    ":method",
                    "GET",
                    ":path",
                    path,
                    ":authority",
                    "shop.example",
                    "Connection",
                    "Upgrade",
                    "Upgrade",
                    "websocket",
                    "Sec-WebSocket-Version",
                    "13",
                    "Sec-WebSocket-Key",
                    "dGhlIHNhbXBsZSBub25jZQ==");
        }

        @Override
        void takeWebSocket() throws IOException {
            head(
                    false,
                    ":status",
                    "101",
                    "Connection",
                    "Upgrade",
                    "Upgrade",
                    "websocket",
                    "Sec-WebSocket-Accept",
                    ACCEPT);
            beginTunnel();
        }

        private void beginTunnel() {
            tunnel = true;
            chunked = false;
            inChunks = false;
            untilClose = true;
            receivedAll = false;
        }

        @Override
        boolean tookWebSocket(Head head) {
            boolean took = head.status() == 101 && head.get("sec-websocket-accept").equals(ACCEPT);
            if (took) {
                beginTunnel();
            }
            return took;
        }

        @Override
        boolean asksForWebSocket(Head head) {
            return head.get("upgrade").equals("websocket") && !head.get("connection").isEmpty();
        }

        // ---- receiving

        @Override
        Head nextHead() throws IOException {
            Head known = first;
            first = null;
            return known == null ? readHead() : known;
        }

        private Head readHead() throws IOException {
            Map<String, String> fields = new LinkedHashMap<>();
            String[] start = line().split(" ", 3);
            if (client) {
                fields.put(":status", start[1]);
            } else {
                method = start[0];
                fields.put(":method", start[0]);
                fields.put(":path", start[1]);
            }
            readFields(fields);
            Head head = new Head(fields);
            if (!(client && head.interim())) {
                expectBody(head);
            }
            return head;
        }

        private void readFields(Map<String, String> fields) throws IOException {
            for (String line = line(); !line.isEmpty(); line = line()) {
                int colon = line.indexOf(':');
                fields.merge(
                        line.substring(0, colon).toLowerCase(Locale.ROOT),
                        line.substring(colon + 1).strip(),
                        (one, two) -> one + "|" + two);
            }
        }

        private String line() throws IOException {
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            for (int b = in.read(); b != '\n'; b = in.read()) {
                if (b < 0) {
                    throw new EOFException("within a line: " + line);
                }
                line.write(b);
            }
            return line.toString(StandardCharsets.ISO_8859_1).stripTrailing();
        }

        private void expectBody(Head head) {
            inChunks = head.get("transfer-encoding").equals("chunked");
            boolean bodiless =
                    client
                            && (method.equals("HEAD")
                                    || head.status() == 204
                                    || head.status() == 304);
            boolean sized = !head.get("content-length").isEmpty();
            remaining = sized && !bodiless ? Long.parseLong(head.get("content-length")) : 0;
            untilClose = client && !bodiless && !sized && !inChunks;
            receivedAll = bodiless || (!inChunks && !untilClose && remaining == 0);
        }

        @Override
        void awaitCut() throws IOException {
            in.skip(Long.MAX_VALUE);
            throw new EOFException("cut");
        }

        @Override
        byte @Nullable [] piece() throws IOException {
            if (receivedAll) {
                return null;
            }
            if (inChunks && remaining == 0) {
                remaining = Long.parseLong(line(), 16);
                if (remaining == 0) {
                    Map<String, String> last = new LinkedHashMap<>();
                    readFields(last);
                    trailers = last;
                    receivedAll = true;
                    return null;
                }
            }
            byte[] piece = new byte[untilClose ? 16_384 : (int) Math.min(remaining, 16_384)];
            int read = in.read(piece);
            if (read < 0) {
                if (untilClose) {
                    receivedAll = true;
                    return null;
                }
                throw new EOFException("within a body");
            }
            if (!untilClose) {
                remaining -= read;
            }
            if (inChunks && remaining == 0 && !line().isEmpty()) {
                throw new IOException("a chunk without end");
            }
            receivedAll = !inChunks && !untilClose && remaining == 0;
            return java.util.Arrays.copyOf(piece, read);
        }

        @Override
        Map<String, String> trailers() {
            return trailers;
        }
    }
}
