package io.sluice.dataplane.l7.stream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** An upstream's side of one HTTP/2 connection, with Netty's HPACK and frames by hand. */
final class Http2Peer {
    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int RST_STREAM = 3;
    static final int SETTINGS = 4;
    static final int PING = 6;
    static final int GOAWAY = 7;
    static final int WINDOW_UPDATE = 8;

    private static final int ACK = 1;
    private static final int END_STREAM = 1;
    private static final int END_HEADERS = 4;

    /** A frame as it came, each byte of its payload a character; HEADERS as text of lines too. */
    record Frame(int type, int flags, int id, String payload, String text) {
        boolean ends() {
            return (flags & END_STREAM) != 0;
        }

        int code() {
            return Unpooled.wrappedBuffer(bytes(payload)).getInt(type == GOAWAY ? 4 : 0);
        }
    }

    private final ScriptedUpstream.Peer peer;
    private final DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder(false);
    private final DefaultHttp2HeadersEncoder encoder = new DefaultHttp2HeadersEncoder();

    /**
     * Takes the preface and sends SETTINGS.
     *
     * @param settings ids and values
     */
    Http2Peer(ScriptedUpstream.Peer peer, int... settings) throws IOException {
        this.peer = peer;
        peer.socket().setTcpNoDelay(true);
        if (!peer.read(24).startsWith("PRI * HTTP/2.0")) {
            throw new IOException("no preface");
        }
        ByteBuf payload = Unpooled.buffer();
        for (int i = 0; i < settings.length; i += 2) {
            payload.writeShort(settings[i]).writeInt(settings[i + 1]);
        }
        frame(SETTINGS, 0, 0, ByteBufUtil.getBytes(payload));
    }

    /** The next HEADERS, DATA, RST_STREAM or GOAWAY; the others are answered or skipped. */
    Frame next() throws IOException {
        while (true) {
            Frame frame = any();
            switch (frame.type) {
                case SETTINGS -> {
                    if ((frame.flags & ACK) == 0) {
                        frame(SETTINGS, ACK, 0);
                    }
                }
                case PING -> {
                    if ((frame.flags & ACK) == 0) {
                        frame(PING, ACK, 0, bytes(frame.payload));
                    }
                }
                case WINDOW_UPDATE -> {}
                default -> {
                    return frame;
                }
            }
        }
    }

    /** The next frame. */
    Frame any() throws IOException {
        ByteBuf head = Unpooled.wrappedBuffer(bytes(peer.read(9)));
        if (head.readableBytes() < 9) {
            throw new IOException("end of input");
        }
        int length = head.readUnsignedMedium();
        int type = head.readUnsignedByte();
        int flags = head.readUnsignedByte();
        int id = head.readInt();
        String payload = peer.read(length);
        String text = type == HEADERS ? decode(bytes(payload)) : "";
        return new Frame(type, flags, id, payload, text);
    }

    private String decode(byte[] block) throws IOException {
        try {
            Http2Headers headers = decoder.decodeHeaders(1, Unpooled.wrappedBuffer(block));
            StringBuilder text = new StringBuilder();
            headers.forEach(
                    field ->
                            text.append(field.getKey())
                                    .append(": ")
                                    .append(field.getValue())
                                    .append('\n'));
            return text.toString();
        } catch (Http2Exception e) {
            throw new IOException(e);
        }
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    void frame(int type, int flags, int id, byte... payload) throws IOException {
        ByteBuf out = Unpooled.buffer();
        out.writeMedium(payload.length).writeByte(type).writeByte(flags).writeInt(id);
        out.writeBytes(payload);
        peer.write(ByteBufUtil.getBytes(out));
    }

    /** A frame whose payload is given as numbers. */
    void frame(int type, int flags, int id, int first, int... more) throws IOException {
        byte[] payload = new byte[1 + more.length];
        payload[0] = (byte) first;
        for (int i = 0; i < more.length; i++) {
            payload[1 + i] = (byte) more[i];
        }
        frame(type, flags, id, payload);
    }

    /** HEADERS of names and values. */
    void headers(int id, boolean last, String... fields) throws IOException {
        var headers = new DefaultHttp2Headers(false);
        for (int i = 0; i < fields.length; i += 2) {
            headers.add(fields[i], fields[i + 1]);
        }
        ByteBuf block = Unpooled.buffer();
        try {
            encoder.encodeHeaders(id, headers, block);
        } catch (Http2Exception e) {
            throw new IOException(e);
        }
        int flags = END_HEADERS | (last ? END_STREAM : 0);
        frame(HEADERS, flags, id, ByteBufUtil.getBytes(block));
    }

    void data(int id, String text, boolean last) throws IOException {
        frame(DATA, last ? END_STREAM : 0, id, bytes(text));
    }

    void number(int type, int id, int... numbers) throws IOException {
        ByteBuf payload = Unpooled.buffer();
        for (int number : numbers) {
            payload.writeInt(number);
        }
        frame(type, 0, id, ByteBufUtil.getBytes(payload));
    }

    /** Answers every request with its method, path and body until the connection ends. */
    void echo() throws IOException {
        String[] heads = new String[100_000];
        StringBuilder body = new StringBuilder();
        while (true) {
            Frame frame = next();
            if (frame.type == HEADERS) {
                heads[frame.id] = frame.text;
            } else if (frame.type == DATA) {
                body.append(frame.payload);
                if (!frame.payload.isEmpty()) {
                    number(WINDOW_UPDATE, 0, frame.payload.length());
                }
            } else {
                return;
            }
            if (frame.ends()) {
                String text = heads[frame.id] + body;
                body.setLength(0);
                headers(frame.id, false, ":status", "200", "content-type", "text/plain");
                data(frame.id, text, true);
            }
        }
    }
}
