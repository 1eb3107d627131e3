package io.sluice.dataplane.l7.stream;

import org.jspecify.annotations.Nullable;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A request and its response at one end of a real connection, whichever version of HTTP that is of
 * and whichever end: what one end sends as {@link #head}, {@link #body} and {@link #end}, the other
 * reads as {@link #nextHead}, {@link #piece} and {@link #trailers}. Heads are named as in HTTP/2.
 *
 * <p>Every read fails after {@link #READ_MILLIS_MAX}, or when the message is cut off.
 */
abstract class WireStream {
    static final int READ_MILLIS_MAX = 60_000;

    /** A head as it came: names in lower case, equal ones joined by {@code |}. */
    record Head(Map<String, String> fields) {
        String get(String name) {
            return fields.getOrDefault(name, "");
        }

        int status() {
            return Integer.parseInt(get(":status"));
        }

        boolean interim() {
            return get(":status").startsWith("1");
        }
    }

    static Map<String, String> fields(String... namesAndValues) {
        Map<String, String> fields = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            fields.merge(namesAndValues[i], namesAndValues[i + 1], (one, two) -> one + "|" + two);
        }
        return fields;
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    // ---- sending

    /**
     * Sends a head.
     *
     * @param last whether nothing follows
     * @param namesAndValues pseudo-fields first
     */
    abstract void head(boolean last, String... namesAndValues) throws IOException;

    /** Sends part of the body; waits until there is room. */
    abstract void body(byte[] bytes, boolean last) throws IOException;

    void body(String text, boolean last) throws IOException {
        body(bytes(text), last);
    }

    /** Ends the body, with trailers if there are any. */
    abstract void end(String... trailers) throws IOException;

    /** Cuts it off. */
    abstract void abort() throws IOException;

    /** Replies as {@link #reply}, and says that its connection takes no further request. */
    abstract void lastReply(int status, String body) throws IOException;

    /** Gives the request back without having looked at it. */
    abstract void refuse() throws IOException;

    // ---- requests and responses

    /** Sends a request without body. */
    void get(String path, String... more) throws IOException {
        request("GET", path, true, more);
    }

    void request(String method, String path, boolean last, String... more) throws IOException {
        String[] fields = new String[8 + more.length];
        fields[0] = ":method";
        fields[1] = method;
        fields[2] = ":scheme";
        fields[3] = "http";
        fields[4] = ":path";
        fields[5] = path;
        fields[6] = ":authority";
        fields[7] = "shop.example";
        System.arraycopy(more, 0, fields, 8, more.length);
        head(last, fields);
    }

    /** Sends a head and a whole body of known length. */
    void reply(int status, String body, String... more) throws IOException {
        String[] fields = new String[4 + more.length];
        fields[0] = ":status";
        fields[1] = String.valueOf(status);
        fields[2] = "content-length";
        fields[3] = String.valueOf(body.length());
        System.arraycopy(more, 0, fields, 4, more.length);
        head(false, fields);
        body(body, true);
    }

    /** Asks for a WebSocket. */
    abstract void askForWebSocket(String path) throws IOException;

    /** Takes one that was asked for: bodies pass both ways. */
    abstract void takeWebSocket() throws IOException;

    /** Whether the head says that the WebSocket asked for was taken. */
    abstract boolean tookWebSocket(Head head);

    /** Whether a request head asks for a WebSocket. */
    abstract boolean asksForWebSocket(Head head);

    // ---- receiving

    /** The next head, those before the response included. */
    abstract Head nextHead() throws IOException;

    /** The head of the response. */
    Head response() throws IOException {
        Head head = nextHead();
        while (head.interim()) {
            head = nextHead();
        }
        return head;
    }

    /** The next bytes of the body; null at its end. */
    abstract byte @Nullable [] piece() throws IOException;

    /** What came behind the body, once {@link #piece} has said that it is over. */
    abstract Map<String, String> trailers();

    /** So many bytes of the body. */
    String read(int bytes) throws IOException {
        StringBuilder text = new StringBuilder();
        while (text.length() < bytes) {
            byte[] piece = piece();
            if (piece == null) {
                throw new IOException("ended behind \"" + text + "\"");
            }
            text.append(new String(piece, StandardCharsets.ISO_8859_1));
        }
        return text.toString();
    }

    /** The same, of the response if its head was not read yet. */
    String read(int bytes, boolean headFirst) throws IOException {
        if (headFirst) {
            response();
        }
        return read(bytes);
    }

    /**
     * Waits until the other end gives up on this, taking what else comes.
     *
     * @throws IOException always
     */
    abstract void awaitCut() throws IOException;

    /** The rest of the body. */
    String text() throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] piece = piece(); piece != null; piece = piece()) {
            all.writeBytes(piece);
        }
        return all.toString(StandardCharsets.ISO_8859_1);
    }

    /** Reads on until the end; how many bytes came. */
    long count() throws IOException {
        long count = 0;
        for (byte[] piece = piece(); piece != null; piece = piece()) {
            count += piece.length;
        }
        return count;
    }
}
