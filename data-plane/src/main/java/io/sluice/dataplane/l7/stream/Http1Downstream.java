package io.sluice.dataplane.l7.stream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.sluice.dataplane.l7.codec.Http1Encoder;
import io.sluice.dataplane.l7.codec.Http1Encoder.Persistence;
import io.sluice.dataplane.l7.message.Ascii;
import io.sluice.dataplane.l7.message.Fields;
import io.sluice.dataplane.l7.message.HeaderName;
import io.sluice.dataplane.l7.message.Method;
import io.sluice.dataplane.l7.message.RequestHead;
import io.sluice.dataplane.l7.message.ResponseHead;
import io.sluice.dataplane.net.EventWrites;
import io.sluice.dataplane.net.Failure;

import org.jspecify.annotations.Nullable;

/**
 * A client of HTTP/1.1 or 1.0, request by request: in which form the body of the response goes, and
 * whether the connection stays afterwards.
 */
final class Http1Downstream implements Downstream {
    private static final byte[] NO_BODY = new byte[0];
    private static final byte[] ZERO = {'0'};
    private static final byte[] UPGRADE = Ascii.bytes("Upgrade");
    private static final byte[] WEBSOCKET = Ascii.bytes("websocket");

    /** Of a body, copied behind the head rather than sent as a buffer of its own. */
    private static final int COPIED_BYTES_MAX = 1024;

    private final Http1ConnectionHandler connection;
    private boolean headRequest;
    private boolean clientKeepAlive;
    private int clientMinorVersion;
    private boolean stays;
    private boolean intoChunks;

    Http1Downstream(Http1ConnectionHandler connection) {
        this.connection = connection;
    }

    /** Notes what the response depends on, since the head of the request goes away. */
    void expect(RequestHead request) {
        reset();
        headRequest = request.method() == Method.HEAD;
        clientKeepAlive = request.keepAlive();
        clientMinorVersion = request.minorVersion();
    }

    /** Nothing is known of the request; the connection closes behind the response. */
    void reset() {
        headRequest = false;
        clientKeepAlive = false;
        clientMinorVersion = 1;
        stays = false;
        intoChunks = false;
    }

    /** Whether the client would keep the connection. */
    boolean clientKeepAlive() {
        return clientKeepAlive;
    }

    @Override
    public ClientAddress client() {
        return connection.client();
    }

    private ByteBufAllocator allocator() {
        return connection.channel().alloc();
    }

    @Override
    public boolean inRead() {
        return connection.inRead();
    }

    @Override
    public void advance() {
        connection.advance();
    }

    @Override
    public boolean givesChunks() {
        return connection.givesChunks();
    }

    @Override
    public boolean takesChunks() {
        return clientMinorVersion > 0;
    }

    @Override
    public boolean interim(ResponseHead head) {
        if (clientMinorVersion == 0) {
            return false;
        }
        connection.write(Http1Encoder.response(allocator(), head, false, Persistence.DEFAULT, 0));
        return true;
    }

    @Override
    public void head(ResponseHead head, BodyForm form, @Nullable ByteBuf first, boolean last) {
        // To a client of HTTP/1.0 such a body ends with the connection.
        boolean endsLater = head.bodyLength() < 0;
        boolean chunked = endsLater && clientMinorVersion > 0;
        stays = clientKeepAlive && connection.mayStay() && (!endsLater || chunked);
        intoChunks = chunked && form == BodyForm.CONTENT;
        if (head.bodyLength() == 0) {
            sayThatItIsEmpty(head);
        }
        if (head.status() == 426) {
            sayWhatToUpgradeTo(head);
        }
        int copied =
                first != null && !intoChunks && first.readableBytes() <= COPIED_BYTES_MAX
                        ? first.readableBytes()
                        : 0;
        ByteBuf out = Http1Encoder.response(allocator(), head, chunked, persistence(), copied);
        if (copied > 0 && first != null) {
            out.writeBytes(first);
        }
        connection.write(out);
        if (first != null && copied > 0) {
            first.release();
        } else if (first != null) {
            piece(first);
        }
        if (last) {
            end(null);
        }
    }

    // In HTTP/2 the end of the stream says it; here the body would last until the close.
    private void sayThatItIsEmpty(ResponseHead head) {
        if (!head.isWithoutContent(headRequest)
                && !head.fields().contains(HeaderName.CONTENT_LENGTH)) {
            head.fields().add(HeaderName.CONTENT_LENGTH, ZERO);
        }
    }

    // RFC 9110 section 15.5.22: the upstream's own Upgrade was for this node; this is all it
    // passes.
    private static void sayWhatToUpgradeTo(ResponseHead head) {
        head.fields().add(HeaderName.CONNECTION, UPGRADE);
        head.fields().add(HeaderName.UPGRADE, WEBSOCKET);
    }

    private Persistence persistence() {
        if (!stays) {
            return Persistence.CLOSE;
        }
        return clientMinorVersion == 0 ? Persistence.KEEP_ALIVE : Persistence.DEFAULT;
    }

    @Override
    public void body(ByteBuf bytes, boolean last) {
        piece(bytes);
        if (last) {
            end(null);
        }
    }

    private void piece(ByteBuf bytes) {
        if (!bytes.isReadable()) {
            bytes.release();
        } else if (intoChunks) {
            connection.write(Http1Encoder.chunkStart(allocator(), bytes.readableBytes()));
            connection.write(bytes);
            connection.write(Http1Encoder.chunkEnd(allocator()));
        } else {
            connection.write(bytes);
        }
    }

    @Override
    public void end(@Nullable Fields trailers) {
        if (intoChunks) {
            connection.write(Http1Encoder.lastChunk(allocator(), trailers));
        }
    }

    @Override
    public @Nullable EventWrites bodyOutput() {
        return intoChunks || !connection.mayBePassed() ? null : connection.writes();
    }

    @Override
    public void bodyPassed(int bytes) {
        connection.count(bytes);
    }

    @Override
    public void reply(ResponseHead head, byte[] body) {
        byte[] sent = headRequest ? NO_BODY : body;
        stays = clientKeepAlive && connection.mayStay();
        connection.write(
                Http1Encoder.response(allocator(), head, false, persistence(), sent.length)
                        .writeBytes(sent));
    }

    @Override
    public boolean writable() {
        return connection.channel().isWritable();
    }

    @Override
    public boolean writePaused() {
        return connection.writePaused();
    }

    @Override
    public void flush() {
        connection.flush();
    }

    @Override
    public void ended() {
        connection.ended(
                stays && connection.requestDone()
                        ? Http1ConnectionHandler.Ending.KEEP_ALIVE
                        : Http1ConnectionHandler.Ending.CLOSE);
    }

    @Override
    public void abort(Failure failure) {
        connection.ended(Http1ConnectionHandler.Ending.ABORT);
    }

    @Override
    public void upgrade(ResponseHead head) {
        connection.write(Http1Encoder.response(allocator(), head, false, Persistence.UPGRADE, 0));
    }

    @Override
    public boolean upgradesBySuccess() {
        return false;
    }

    @Override
    public void beginTunnel() {
        connection.beginTunnel();
    }

    @Override
    public boolean detachable() {
        return true;
    }

    @Override
    public DetachedSocket detach(Tunnel tunnel) {
        ByteBuf early = connection.becomeTunnel(tunnel);
        return new DetachedSocket(connection.channel(), early, connection.handOverLimits());
    }

    @Override
    public void passedInTunnel(int bytesIn, int bytesOut) {
        connection.passedInTunnel(bytesIn, bytesOut);
    }

    @Override
    public void tunnelEnded() {
        connection.tunnelEnded();
    }
}
