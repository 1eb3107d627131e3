package io.sluice.dataplane.l7.stream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Exception;

import org.jspecify.annotations.Nullable;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * One end of a connection of HTTP/2, with Netty's HPACK and frames by hand. A thread of its own
 * reads; windows are widened as bodies are taken, so that a body that nobody takes stops.
 */
final class Http2Wire implements WireConnection {
    private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int RST_STREAM = 3;
    private static final int SETTINGS = 4;
    private static final int PING = 6;
    private static final int GOAWAY = 7;
    private static final int REFUSED_STREAM = 7;
    private static final int WINDOW_UPDATE = 8;
    private static final int CONTINUATION = 9;
    private static final int ACK = 1;
    private static final int END_STREAM = 1;
    private static final int END_HEADERS = 4;
    private static final int INITIAL_WINDOW = 4;
    private static final int CONNECT_PROTOCOL = 8;
    private static final int FRAME_BYTES_MAX = 16_384;

    private sealed interface Event {
        record Fields(Map<String, String> fields, boolean last) implements Event {}

        @SuppressWarnings("ArrayRecordComponent") // never compared
        record Data(byte[] bytes, boolean last) implements Event {}

        record Cut(String why) implements Event {}
    }

    private final Socket plain;
    private final Socket socket;
    private final DataInputStream in;
    private final boolean client;
    private final DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder(false);
    private final DefaultHttp2HeadersEncoder encoder = new DefaultHttp2HeadersEncoder();
    private final Map<Integer, Exchange> exchanges = new ConcurrentHashMap<>();
    private final BlockingQueue<Exchange> opened = new LinkedBlockingQueue<>();
    private final Exchange none = new Exchange(0);
    private int nextId = 1;

    // Guarded by this, as is what is sent.
    private long connectionRoom = 65_535;
    private long roomAtFirst = 65_535;
    private boolean ended;

    /** The last stream that the peer's GOAWAY lets live; -1 before there is one. */
    volatile int goAwayLastId = -1;

    Http2Wire(Socket plain, Socket socket, boolean client) throws IOException {
        this.plain = plain;
        this.socket = socket;
        this.client = client;
        this.in = new DataInputStream(new java.io.BufferedInputStream(socket.getInputStream()));
        // Streams wait as long as they like; who reads them has a timeout.
        plain.setSoTimeout(0);
        if (client) {
            write(WireStream.bytes(PREFACE));
            frame(SETTINGS, 0, 0, new byte[0]);
        } else {
            frame(SETTINGS, 0, 0, 0, CONNECT_PROTOCOL, 0, 0, 0, 1);
        }
        Thread.ofVirtual().start(this::readAll);
    }

    @Override
    public synchronized WireStream open() {
        Exchange exchange = new Exchange(nextId);
        nextId += 2;
        exchanges.put(exchange.id, exchange);
        return exchange;
    }

    @Override
    public void serve(Service service) throws Exception {
        while (true) {
            Exchange exchange = opened.take();
            if (exchange == none) {
                return;
            }
            Thread.ofVirtual().start(() -> exchange.serve(service));
        }
    }

    /** What a service threw, but IOException. */
    volatile @Nullable Throwable failure;

    @Override
    public boolean ends() throws IOException {
        try {
            synchronized (this) {
                while (!ended) {
                    wait(WireStream.READ_MILLIS_MAX);
                }
                return ended && goAwayLastId >= 0;
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
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

    // ---- frames

    private void write(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
    }

    private synchronized void frame(int type, int flags, int id, int... bytes) throws IOException {
        byte[] payload = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            payload[i] = (byte) bytes[i];
        }
        frame(type, flags, id, payload);
    }

    private synchronized void frame(int type, int flags, int id, byte[] payload)
            throws IOException {
        ByteBuf out = Unpooled.buffer(9 + payload.length);
        out.writeMedium(payload.length).writeByte(type).writeByte(flags).writeInt(id);
        out.writeBytes(payload);
        write(ByteBufUtil.getBytes(out));
    }

    private static byte[] number(int value) {
        return ByteBufUtil.getBytes(Unpooled.buffer(4).writeInt(value));
    }

    private synchronized void headers(int id, boolean last, String... namesAndValues)
            throws IOException {
        var headers = new DefaultHttp2Headers(false);
        for (int i = 0; i < namesAndValues.length; i += 2) {
            headers.add(namesAndValues[i], namesAndValues[i + 1]);
        }
        ByteBuf block = Unpooled.buffer();
        try {
            encoder.encodeHeaders(id, headers, block);
        } catch (Http2Exception e) {
            throw new IOException(e);
        }
        boolean first = true;
        do {
            byte[] part = new byte[Math.min(block.readableBytes(), FRAME_BYTES_MAX)];
            block.readBytes(part);
            int flags = (block.isReadable() ? 0 : END_HEADERS) | (first && last ? END_STREAM : 0);
            frame(first ? HEADERS : CONTINUATION, flags, id, part);
            first = false;
        } while (block.isReadable());
    }

    private void readAll() {
        try {
            if (!client) {
                in.readNBytes(PREFACE.length());
            }
            while (true) {
                readFrame();
            }
        } catch (IOException | Http2Exception e) {
            synchronized (this) {
                ended = true;
                notifyAll();
            }
            exchanges.values().forEach(each -> each.events.add(new Event.Cut("end: " + e)));
            opened.add(none);
        }
    }

    private void readFrame() throws IOException, Http2Exception {
        int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
        int type = in.readUnsignedByte();
        int flags = in.readUnsignedByte();
        int id = in.readInt();
        byte[] payload = in.readNBytes(length);
        if (payload.length < length) {
            throw new EOFException();
        }
        switch (type) {
            case HEADERS -> readHeaders(id, flags, payload);
            case DATA -> {
                Exchange exchange = exchanges.get(id);
                boolean last = (flags & END_STREAM) != 0;
                if (exchange != null) {
                    exchange.events.add(new Event.Data(payload, last));
                }
            }
            case RST_STREAM -> {
                Exchange exchange = exchanges.get(id);
                if (exchange != null) {
                    exchange.cut("reset " + Unpooled.wrappedBuffer(payload).getInt(0));
                }
            }
            case SETTINGS -> {
                if ((flags & ACK) == 0) {
                    settings(Unpooled.wrappedBuffer(payload));
                    frame(SETTINGS, ACK, 0, new byte[0]);
                }
            }
            case PING -> {
                if ((flags & ACK) == 0) {
                    frame(PING, ACK, 0, payload);
                }
            }
            case WINDOW_UPDATE -> widen(id, Unpooled.wrappedBuffer(payload).getInt(0));
            case GOAWAY -> goAwayLastId = Unpooled.wrappedBuffer(payload).getInt(0);
            default -> {}
        }
    }

    private void readHeaders(int id, int flags, byte[] first) throws IOException, Http2Exception {
        ByteBuf block = Unpooled.buffer().writeBytes(first);
        int last = flags;
        while ((last & END_HEADERS) == 0) {
            int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
            in.readUnsignedByte();
            last = in.readUnsignedByte();
            in.readInt();
            block.writeBytes(in.readNBytes(length));
        }
        Map<String, String> fields = new LinkedHashMap<>();
        decoder.decodeHeaders(id, block)
                .forEach(
                        field ->
                                fields.merge(
                                        field.getKey().toString(),
                                        field.getValue().toString(),
                                        (one, two) -> one + "|" + two));
        Exchange exchange = exchanges.get(id);
        if (exchange == null && !client) {
            exchange = new Exchange(id);
            exchanges.put(id, exchange);
            opened.add(exchange);
        }
        if (exchange != null) {
            exchange.events.add(new Event.Fields(fields, (flags & END_STREAM) != 0));
        }
    }

    private synchronized void settings(ByteBuf payload) {
        while (payload.isReadable()) {
            int id = payload.readUnsignedShort();
            int value = payload.readInt();
            if (id == INITIAL_WINDOW) {
                long more = value - roomAtFirst;
                roomAtFirst = value;
                exchanges.values().forEach(each -> each.room += more);
            }
        }
        notifyAll();
    }

    private synchronized void widen(int id, int increment) {
        if (id == 0) {
            connectionRoom += increment;
        } else {
            Exchange exchange = exchanges.get(id);
            if (exchange != null) {
                exchange.room += increment;
            }
        }
        notifyAll();
    }

    private final class Exchange extends WireStream {
        private final int id;
        private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
        private Map<String, String> trailers = Map.of();
        private boolean over;
        private long room;
        private boolean reset;

        private Exchange(int id) {
            this.id = id;
            synchronized (Http2Wire.this) {
                this.room = roomAtFirst;
            }
        }

        private void serve(Service service) {
            try {
                service.serve(this);
            } catch (IOException gone) {
                // The test decides what it expects to see at the other end.
                over = true;
            } catch (Throwable e) {
                failure = e;
            }
        }

        private void cut(String why) {
            synchronized (Http2Wire.this) {
                reset = true;
                Http2Wire.this.notifyAll();
            }
            events.add(new Event.Cut(why));
        }

        // ---- sending

        @Override
        void head(boolean last, String... namesAndValues) throws IOException {
            String[] lower = namesAndValues.clone();
            for (int i = 0; i < lower.length; i += 2) {
                lower[i] = lower[i].toLowerCase(java.util.Locale.ROOT);
            }
            headers(id, last, lower);
        }

        @Override
        void body(byte[] bytes, boolean last) throws IOException {
            int from = 0;
            do {
                int now = takeRoom(Math.min(bytes.length - from, FRAME_BYTES_MAX));
                boolean end = last && from + now == bytes.length;
                frame(
                        DATA,
                        end ? END_STREAM : 0,
                        id,
                        java.util.Arrays.copyOfRange(bytes, from, from + now));
                from += now;
            } while (from < bytes.length);
        }

        private int takeRoom(int wanted) throws IOException {
            synchronized (Http2Wire.this) {
                while (wanted > 0 && Math.min(room, connectionRoom) <= 0) {
                    if (ended || reset) {
                        throw new IOException("nobody takes it");
                    }
                    try {
                        Http2Wire.this.wait(READ_MILLIS_MAX);
                    } catch (InterruptedException e) {
                        throw new IOException(e);
                    }
                }
                int now = (int) Math.min(wanted, Math.min(room, connectionRoom));
                room -= now;
                connectionRoom -= now;
                return now;
            }
        }

        @Override
        void end(String... trailers) throws IOException {
            if (trailers.length == 0) {
                frame(DATA, END_STREAM, id, new byte[0]);
            } else {
                headers(id, true, trailers);
            }
        }

        @Override
        void abort() throws IOException {
            // CANCEL, or INTERNAL_ERROR.
            frame(RST_STREAM, 0, id, number(client ? 8 : 2));
        }

        @Override
        void lastReply(int status, String body) throws IOException {
            frame(GOAWAY, 0, 0, ByteBufUtil.getBytes(Unpooled.buffer(8).writeInt(id).writeInt(0)));
            reply(status, body);
        }

        @Override
        void refuse() throws IOException {
            frame(RST_STREAM, 0, id, number(REFUSED_STREAM));
        }

        @Override
        void askForWebSocket(String path) throws IOException {
            head(
                    false,
                    ":method",
                    "CONNECT",
                    ":protocol",
                    "websocket",
                    ":scheme",
                    "http",
                    ":path",
                    path,
                    ":authority",
                    "shop.example",
                    "sec-websocket-version",
                    "13");
        }

        @Override
        void takeWebSocket() throws IOException {
            head(false, ":status", "200");
        }

        @Override
        boolean tookWebSocket(Head head) {
            return head.status() == 200;
        }

        @Override
        boolean asksForWebSocket(Head head) {
            return head.get(":protocol").equals("websocket");
        }

        // ---- receiving

        private Event next() throws IOException {
            try {
                Event event = events.poll(READ_MILLIS_MAX, TimeUnit.MILLISECONDS);
                if (event == null) {
                    throw new IOException("nothing came");
                }
                if (event instanceof Event.Cut cut) {
                    events.add(cut);
                    throw new IOException(cut.why);
                }
                return event;
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        }

        @Override
        Head nextHead() throws IOException {
            if (next() instanceof Event.Fields head) {
                over = head.last;
                return new Head(head.fields);
            }
            throw new IOException("a body without head");
        }

        @Override
        void awaitCut() throws IOException {
            while (true) {
                if (next() instanceof Event.Data data) {
                    take(data.bytes.length);
                }
            }
        }

        @Override
        byte @Nullable [] piece() throws IOException {
            if (over) {
                return null;
            }
            switch (next()) {
                case Event.Data data -> {
                    over = data.last;
                    take(data.bytes.length);
                    return data.bytes.length == 0 ? piece() : data.bytes;
                }
                case Event.Fields last -> {
                    over = true;
                    trailers = last.fields;
                    return null;
                }
                case Event.Cut cut -> throw new AssertionError(cut);
            }
        }

        private void take(int bytes) throws IOException {
            if (bytes > 0) {
                frame(WINDOW_UPDATE, 0, 0, number(bytes));
                if (!over) {
                    frame(WINDOW_UPDATE, 0, id, number(bytes));
                }
            }
        }

        @Override
        Map<String, String> trailers() {
            return trailers;
        }
    }
}
