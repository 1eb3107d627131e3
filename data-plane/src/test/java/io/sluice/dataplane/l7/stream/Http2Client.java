package io.sluice.dataplane.l7.stream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Headers;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * A client of HTTP/2 that sends the frames it is told to, good or bad, and reads what comes with
 * another decoder than the one under test; every read fails after a minute.
 */
final class Http2Client implements AutoCloseable {
    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int RST_STREAM = 3;
    static final int SETTINGS = 4;
    static final int PING = 6;
    static final int GOAWAY = 7;
    static final int WINDOW_UPDATE = 8;
    static final int CONTINUATION = 9;
    static final int PRIORITY_UPDATE = 16;

    static final int END_STREAM = 1;
    static final int ACK = 1;
    static final int END_HEADERS = 4;

    private static final int READ_MILLIS_MAX = 60_000;
    private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

    /** A frame as it came. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Frame(int type, int flags, int streamId, byte[] payload) {
        boolean has(int flag) {
            return (flags & flag) != 0;
        }

        /** The error code of RST_STREAM or GOAWAY. */
        int errorCode() {
            return Unpooled.wrappedBuffer(payload).getInt(type == GOAWAY ? 4 : 0);
        }
    }

    /** What came on a stream so far. */
    static final class Response {
        final StringBuilder interim = new StringBuilder();
        String status = "";
        Map<String, String> fields = Map.of();
        Map<String, String> trailers = Map.of();
        final ByteArrayOutputStream body = new ByteArrayOutputStream();
        int reset = -1;
        boolean ended;

        String text() {
            return body.toString(StandardCharsets.ISO_8859_1);
        }
    }

    private final Socket socket;
    private final DataInputStream in;
    private final DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder(false);
    private final Map<Integer, Response> responses = new HashMap<>();
    private int nextId = 1;

    /** Whether windows are widened as bodies come. */
    boolean takesBodies = true;

    Http2Client(InetSocketAddress address) throws IOException {
        socket = new Socket();
        socket.connect(address);
        socket.setSoTimeout(READ_MILLIS_MAX);
        socket.setTcpNoDelay(true);
        in = new DataInputStream(socket.getInputStream());
        write(PREFACE.getBytes(StandardCharsets.ISO_8859_1));
        settings();
    }

    Socket socket() {
        return socket;
    }

    // ---- sending

    void write(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
    }

    void frame(int type, int flags, int streamId, byte... payload) throws IOException {
        write(frameBytes(type, flags, streamId, payload));
    }

    static byte[] frameBytes(int type, int flags, int streamId, byte... payload) {
        ByteBuf frame = Unpooled.buffer(9 + payload.length);
        frame.writeMedium(payload.length).writeByte(type).writeByte(flags).writeInt(streamId);
        frame.writeBytes(payload);
        byte[] bytes = new byte[frame.readableBytes()];
        frame.readBytes(bytes);
        return bytes;
    }

    /** SETTINGS of ids and values. */
    void settings(int... entries) throws IOException {
        ByteBuf payload = Unpooled.buffer();
        for (int i = 0; i < entries.length; i += 2) {
            payload.writeShort(entries[i]).writeInt(entries[i + 1]);
        }
        byte[] bytes = new byte[payload.readableBytes()];
        payload.readBytes(bytes);
        frame(SETTINGS, 0, 0, bytes);
    }

    /** A block of names and values, each literal and not indexed. */
    static byte[] block(String... fields) {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        for (int i = 0; i < fields.length; i++) {
            if (i % 2 == 0) {
                block.write(0);
            }
            byte[] text = fields[i].getBytes(StandardCharsets.ISO_8859_1);
            if (text.length < 127) {
                block.write(text.length);
            } else {
                block.write(127);
                int left = text.length - 127;
                while (left >= 128) {
                    block.write((left & 127) | 128);
                    left >>= 7;
                }
                block.write(left);
            }
            block.writeBytes(text);
        }
        return block.toByteArray();
    }

    static String[] requestFields(String method, String path, String... more) {
        String[] fields = new String[8 + more.length];
        System.arraycopy(
                new String[] {
                    ":method", method, ":scheme", "http", ":path", path, ":authority", "shop"
                },
                0,
                fields,
                0,
                8);
        System.arraycopy(more, 0, fields, 8, more.length);
        return fields;
    }

    /** A request without body. */
    int get(String path, String... more) throws IOException {
        int id = nextId();
        frame(HEADERS, END_HEADERS | END_STREAM, id, block(requestFields("GET", path, more)));
        return id;
    }

    /** A request whose body follows. */
    int post(String path, String... more) throws IOException {
        int id = nextId();
        frame(HEADERS, END_HEADERS, id, block(requestFields("POST", path, more)));
        return id;
    }

    int nextId() {
        int id = nextId;
        nextId += 2;
        return id;
    }

    void data(int id, String text, boolean last) throws IOException {
        frame(DATA, last ? END_STREAM : 0, id, text.getBytes(StandardCharsets.ISO_8859_1));
    }

    void windowUpdate(int id, int increment) throws IOException {
        frame(WINDOW_UPDATE, 0, id, intBytes(increment));
    }

    void reset(int id, int code) throws IOException {
        frame(RST_STREAM, 0, id, intBytes(code));
    }

    /** Another priority for a stream (RFC 9218 section 7.1). */
    void priorityUpdate(int id, String value) throws IOException {
        ByteBuf payload = Unpooled.buffer();
        payload.writeInt(id).writeCharSequence(value, StandardCharsets.US_ASCII);
        byte[] bytes = new byte[payload.readableBytes()];
        payload.readBytes(bytes);
        frame(PRIORITY_UPDATE, 0, 0, bytes);
    }

    static byte[] intBytes(int value) {
        return new byte[] {
            (byte) (value >> 24), (byte) (value >> 16), (byte) (value >> 8), (byte) value
        };
    }

    // ---- receiving

    /** The next frame, whatever it is, not acted upon. */
    Frame read() throws IOException {
        int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
        int type = in.readUnsignedByte();
        int flags = in.readUnsignedByte();
        int id = in.readInt();
        byte[] payload = new byte[length];
        in.readFully(payload);
        return new Frame(type, flags, id, payload);
    }

    /** Reads on until a frame of that type comes, acting on those before and on it. */
    Frame readUntil(int type) throws IOException {
        while (true) {
            Frame frame = readAndAct();
            if (frame.type() == type && !(type == SETTINGS && frame.has(ACK))) {
                return frame;
            }
        }
    }

    /** Reads on until the stream has ended or was reset. */
    Response response(int id) throws IOException {
        Response response = stream(id);
        while (!response.ended) {
            readAndAct();
        }
        return response;
    }

    /** Reads on until the stream has its final head. */
    Response head(int id) throws IOException {
        Response response = stream(id);
        while (response.status.isEmpty() && !response.ended) {
            readAndAct();
        }
        return response;
    }

    /** Forgets what came on a stream. */
    void forget(int id) {
        responses.remove(id);
    }

    /** What came on a stream so far. */
    Response stream(int id) {
        return responses.computeIfAbsent(id, any -> new Response());
    }

    /** Reads on until GOAWAY; the code in it, or -2 if the connection ended without one. */
    int goAwayCode() throws IOException {
        try {
            return readUntil(GOAWAY).errorCode();
        } catch (EOFException | java.net.SocketException ended) {
            return -2;
        }
    }

    /** Reads on until the connection ends. */
    void readToEnd() throws IOException {
        try {
            while (true) {
                readAndAct();
            }
        } catch (EOFException | java.net.SocketException ended) {
            return;
        }
    }

    Frame readAndAct() throws IOException {
        Frame frame = read();
        switch (frame.type()) {
            case SETTINGS -> {
                if (!frame.has(ACK)) {
                    frame(SETTINGS, ACK, 0);
                }
            }
            case PING -> {
                if (!frame.has(ACK)) {
                    frame(PING, ACK, 0, frame.payload());
                }
            }
            case HEADERS -> headers(frame);
            case DATA -> data(frame);
            case RST_STREAM -> {
                Response response = stream(frame.streamId());
                response.reset = frame.errorCode();
                response.ended = true;
            }
            default -> {}
        }
        return frame;
    }

    private void headers(Frame first) throws IOException {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        block.writeBytes(first.payload());
        Frame last = first;
        while (!last.has(END_HEADERS)) {
            last = read();
            block.writeBytes(last.payload());
        }
        Http2Headers decoded = decode(first.streamId(), block.toByteArray());
        Response response = stream(first.streamId());
        Map<String, String> fields = new HashMap<>();
        for (Map.Entry<CharSequence, CharSequence> field : decoded) {
            fields.merge(
                    field.getKey().toString(),
                    field.getValue().toString(),
                    (one, two) -> one + "|" + two);
        }
        String status = fields.remove(":status");
        if (status == null) {
            response.trailers = fields;
        } else if (status.startsWith("1")) {
            response.interim.append(status).append(' ');
        } else if (response.status.isEmpty()) {
            response.status = status;
            response.fields = fields;
        } else {
            throw new AssertionError("a second response: " + status + fields);
        }
        response.ended |= first.has(END_STREAM);
    }

    private Http2Headers decode(int id, byte[] block) {
        try {
            return decoder.decodeHeaders(id, Unpooled.wrappedBuffer(block));
        } catch (io.netty.handler.codec.http2.Http2Exception e) {
            throw new AssertionError("a bad field block", e);
        }
    }

    private void data(Frame frame) throws IOException {
        Response response = stream(frame.streamId());
        if (response.status.isEmpty() || response.ended) {
            throw new AssertionError("a body where there is none");
        }
        response.body.writeBytes(frame.payload());
        response.ended |= frame.has(END_STREAM);
        if (takesBodies && frame.payload().length > 0) {
            windowUpdate(0, frame.payload().length);
            if (!frame.has(END_STREAM)) {
                windowUpdate(frame.streamId(), frame.payload().length);
            }
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
