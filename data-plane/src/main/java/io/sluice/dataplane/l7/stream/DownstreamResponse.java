package io.sluice.dataplane.l7.stream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.sluice.dataplane.l7.codec.Http1Encoder;
import io.sluice.dataplane.l7.codec.Http1Encoder.Persistence;
import io.sluice.dataplane.l7.codec.ResponseParser.Answered;
import io.sluice.dataplane.l7.message.BodyLength;
import io.sluice.dataplane.l7.message.Method;
import io.sluice.dataplane.l7.message.RequestHead;
import io.sluice.dataplane.l7.message.ResponseHead;

/**
 * The response of a stream on its way to the client: in which form its body goes, and whether the
 * connection stays afterwards. Used by its stream for one request after the other.
 */
final class DownstreamResponse {
    private static final byte[] NO_BODY = new byte[0];

    private final HttpConnectionHandler connection;
    private final StreamRecord record;
    private boolean headRequest;
    private boolean webSocket;
    private boolean clientKeepAlive;
    private int clientMinorVersion;
    private boolean begun;
    private boolean stays;
    private Form form = Form.AS_IS;

    /** How a body is passed on. */
    private enum Form {
        /** As it arrives, chunk framing included. */
        AS_IS,
        /** It ends with the upstream's connection; the client gets chunks. */
        INTO_CHUNKS,
        /** It comes in chunks; the client, of HTTP/1.0, gets their content. */
        OUT_OF_CHUNKS
    }

    DownstreamResponse(HttpConnectionHandler connection, StreamRecord record) {
        this.connection = connection;
        this.record = record;
    }

    /** Notes what the response depends on, since the head of the request goes away. */
    void expect(RequestHead request) {
        reset();
        headRequest = request.method() == Method.HEAD;
        webSocket = request.webSocket();
        clientKeepAlive = request.keepAlive();
        clientMinorVersion = request.minorVersion();
    }

    /** Nothing is known of the request; the connection closes behind the response. */
    void reset() {
        headRequest = false;
        webSocket = false;
        clientKeepAlive = false;
        clientMinorVersion = 1;
        begun = false;
        stays = false;
        form = Form.AS_IS;
    }

    /** What the upstream's response answers. */
    Answered answered() {
        if (headRequest) {
            return Answered.HEAD;
        }
        return webSocket ? Answered.UPGRADE : Answered.OTHER;
    }

    /** Whether the final head was written. */
    boolean begun() {
        return begun;
    }

    /** Whether the client would keep the connection. */
    boolean clientKeepAlive() {
        return clientKeepAlive;
    }

    private ByteBufAllocator allocator() {
        return connection.channel().alloc();
    }

    /** Writes a head before the head: 100, 103 and so on; HTTP/1.0 knows none. */
    boolean interim(ResponseHead head) {
        if (clientMinorVersion == 0 || begun) {
            return false;
        }
        write(Http1Encoder.response(allocator(), head, false, Persistence.DEFAULT, 0));
        return true;
    }

    /** Decides in which form a body of that length is passed on. */
    void form(long bodyLength) {
        if (bodyLength == BodyLength.UNTIL_CLOSE && clientMinorVersion > 0) {
            form = Form.INTO_CHUNKS;
        } else if (bodyLength == BodyLength.CHUNKED && clientMinorVersion == 0) {
            form = Form.OUT_OF_CHUNKS;
        } else {
            form = Form.AS_IS;
        }
    }

    /** Whether the body's bytes go to the client as they came. */
    boolean passesAsIs() {
        return form == Form.AS_IS;
    }

    /** Whether {@link #body} wants content without chunk framing. */
    boolean wantsContent() {
        return form == Form.OUT_OF_CHUNKS;
    }

    /**
     * Begins the response.
     *
     * @return its encoded head with room for {@code bodyBytes}, to be passed to {@link #write}
     */
    ByteBuf begin(ResponseHead head, int bodyBytes) {
        begun = true;
        boolean endsByClose = clientMinorVersion == 0 && head.bodyLength() < 0;
        boolean chunked = clientMinorVersion > 0 && head.bodyLength() < 0;
        stays = clientKeepAlive && connection.mayStay() && !endsByClose;
        return Http1Encoder.response(allocator(), head, chunked, persistence(), bodyBytes);
    }

    /** Writes a whole response of the node's own. */
    void local(ResponseHead head, byte[] body) {
        byte[] sent = headRequest ? NO_BODY : body;
        stays = clientKeepAlive && connection.mayStay();
        write(
                Http1Encoder.response(allocator(), head, false, persistence(), sent.length)
                        .writeBytes(sent));
    }

    /** Writes the head that turns the connection into a WebSocket. */
    void upgrade(ResponseHead head) {
        begun = true;
        write(Http1Encoder.response(allocator(), head, false, Persistence.UPGRADE, 0));
    }

    private Persistence persistence() {
        if (!stays) {
            return Persistence.CLOSE;
        }
        return clientMinorVersion == 0 ? Persistence.KEEP_ALIVE : Persistence.DEFAULT;
    }

    /** Writes part of the body. */
    void body(ByteBuf bytes) {
        if (form != Form.INTO_CHUNKS) {
            write(bytes);
            return;
        }
        write(Http1Encoder.chunkStart(allocator(), bytes.readableBytes()));
        write(bytes);
        write(Http1Encoder.chunkEnd(allocator()));
    }

    /** Writes what ends the body, if its form needs that. */
    void end() {
        if (form == Form.INTO_CHUNKS) {
            write(Http1Encoder.lastChunk(allocator()));
        }
    }

    /** What becomes of the connection once the response is complete. */
    HttpConnectionHandler.Ending ending() {
        return stays && connection.requestDone()
                ? HttpConnectionHandler.Ending.KEEP_ALIVE
                : HttpConnectionHandler.Ending.CLOSE;
    }

    void write(ByteBuf bytes) {
        record.sentDownstream(bytes.readableBytes());
        connection.write(bytes);
    }
}
