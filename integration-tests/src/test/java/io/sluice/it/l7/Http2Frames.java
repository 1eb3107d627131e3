package io.sluice.it.l7;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;

/** A client of HTTP/2 that sends the frames it is told to, good or bad. */
final class Http2Frames implements Closeable {
    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int RST_STREAM = 3;
    static final int SETTINGS = 4;
    static final int PING = 6;
    static final int GOAWAY = 7;
    static final int WINDOW_UPDATE = 8;
    static final int CONTINUATION = 9;

    static final int END_STREAM = 1;
    static final int ACK = 1;
    static final int END_HEADERS = 4;

    /** How {@link #end} says that the connection ended without one that was seen. */
    static final int NO_GOAWAY = -1;

    private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    private static final int READ_MILLIS_MAX = 60_000;
    private static final int LITERAL_LENGTH_MAX = 127;

    /** A frame as it came. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Frame(int type, int flags, int streamId, byte[] payload) {
        /** The last stream that a GOAWAY lets live. */
        int lastStream() {
            return ByteBuffer.wrap(payload).getInt();
        }

        String text() {
            return new String(payload, ISO_8859_1);
        }
    }

    private final Socket socket;
    private final DataInputStream in;
    private int nextId = 1;

    /** Begins on a socket, which is closed with this. */
    Http2Frames(Socket socket) throws IOException {
        this.socket = socket;
        socket.setSoTimeout(READ_MILLIS_MAX);
        in = new DataInputStream(socket.getInputStream());
        write(PREFACE.getBytes(ISO_8859_1));
        frame(SETTINGS, 0, 0);
    }

    void write(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
    }

    void frame(int type, int flags, int streamId, byte... payload) throws IOException {
        write(bytes(type, flags, streamId, payload));
    }

    /** The same frame again and again, as long as it is taken. */
    void flood(int times, int type, int flags, int streamId, byte... payload) throws IOException {
        byte[] frame = bytes(type, flags, streamId, payload);
        byte[] many = new byte[frame.length * 100];
        for (int i = 0; i < 100; i++) {
            System.arraycopy(frame, 0, many, i * frame.length, frame.length);
        }
        for (int i = 0; i < times; i += 100) {
            write(many);
        }
    }

    private static byte[] bytes(int type, int flags, int streamId, byte... payload) {
        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        frame.write(payload.length >> 16);
        frame.write(payload.length >> 8);
        frame.write(payload.length);
        frame.write(type);
        frame.write(flags);
        frame.writeBytes(number(streamId));
        frame.writeBytes(payload);
        return frame.toByteArray();
    }

    static byte[] number(int value) {
        return new byte[] {
            (byte) (value >> 24), (byte) (value >> 16), (byte) (value >> 8), (byte) value
        };
    }

    /** Begins a request; returns its stream. */
    int request(int flags, String... namesAndValues) throws IOException {
        int id = nextId();
        frame(HEADERS, END_HEADERS | flags, id, block(namesAndValues));
        return id;
    }

    /** A GET without body. */
    int get(String path) throws IOException {
        return request(END_STREAM, getFields(path));
    }

    /** The fields of a GET. */
    static String[] getFields(String path, String... more) {
        String[] fields = new String[8 + more.length];
        String[] first = {
            ":method", "GET", ":scheme", "http", ":path", path, ":authority", "localhost"
        };
        System.arraycopy(first, 0, fields, 0, first.length);
        System.arraycopy(more, 0, fields, first.length, more.length);
        return fields;
    }

    int nextId() {
        int id = nextId;
        nextId += 2;
        return id;
    }

    /** Fields of short names and values, each literal and not indexed. */
    static byte[] block(String... namesAndValues) {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        for (int i = 0; i < namesAndValues.length; i++) {
            if (i % 2 == 0) {
                block.write(0);
            }
            byte[] text = namesAndValues[i].getBytes(ISO_8859_1);
            if (text.length >= LITERAL_LENGTH_MAX) {
                throw new IllegalArgumentException(namesAndValues[i]);
            }
            block.write(text.length);
            block.writeBytes(text);
        }
        return block.toByteArray();
    }

    /** The next frame that is for a stream, or GOAWAY; acknowledges SETTINGS and PING. */
    Frame next() throws IOException {
        while (true) {
            int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
            int type = in.readUnsignedByte();
            int flags = in.readUnsignedByte();
            int id = in.readInt();
            byte[] payload = new byte[length];
            in.readFully(payload);
            if (type == SETTINGS && (flags & ACK) == 0) {
                frame(SETTINGS, ACK, 0);
            } else if (type == PING && (flags & ACK) == 0) {
                frame(PING, ACK, 0, payload);
            } else if (id != 0 || type == GOAWAY) {
                return new Frame(type, flags, id, payload);
            }
        }
    }

    /** Reads on until a frame of that type comes for the stream. */
    Frame next(int streamId, int type) throws IOException {
        while (true) {
            Frame frame = next();
            if (frame.type == GOAWAY) {
                throw new EOFException("GOAWAY");
            }
            if (frame.streamId == streamId && frame.type == RST_STREAM && type != RST_STREAM) {
                throw new EOFException("RST_STREAM");
            }
            if (frame.streamId == streamId && frame.type == type) {
                return frame;
            }
        }
    }

    /** Reads on until the connection ends; the code of its GOAWAY, or {@link #NO_GOAWAY}. */
    int end() throws IOException {
        int code = NO_GOAWAY;
        try {
            while (true) {
                Frame frame = next();
                if (frame.type == GOAWAY) {
                    code = frame.payload[7];
                }
            }
        } catch (EOFException | SocketException ended) {
            return code;
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
