package io.sluice.dataplane.l7.codec.http2;

import io.sluice.dataplane.l7.codec.Framing;
import io.sluice.dataplane.l7.codec.HeadLimits;
import io.sluice.dataplane.l7.codec.Octets;
import io.sluice.dataplane.l7.codec.RequestTarget;
import io.sluice.dataplane.l7.codec.ResponseParser.Answered;
import io.sluice.dataplane.l7.message.Ascii;
import io.sluice.dataplane.l7.message.BodyLength;
import io.sluice.dataplane.l7.message.Fields;
import io.sluice.dataplane.l7.message.HeaderName;
import io.sluice.dataplane.l7.message.Method;
import io.sluice.dataplane.l7.message.RequestHead;
import io.sluice.dataplane.l7.message.ResponseHead;
import io.sluice.dataplane.net.Failure;

/**
 * Makes heads of field blocks (RFC 9113 section 8), as strictly as HTTP/1.1 heads are parsed and to
 * the same effect: what stands above cannot tell which version a request came in. One per event
 * loop; what it decoded is good until the next call.
 *
 * <p>Cookie crumbs are joined, the authority is the Host field, TE is a property of the head, and a
 * WebSocket request (RFC 8441) is a GET with {@link RequestHead#webSocket()}.
 */
public final class Http2HeadDecoder {
    private static final byte[] HTTP = Ascii.bytes("http");
    private static final byte[] HTTPS = Ascii.bytes("https");
    private static final byte[] HTTP_PORT = Ascii.bytes(":80");
    private static final byte[] HTTPS_PORT = Ascii.bytes(":443");
    private static final byte[] WEBSOCKET = Ascii.bytes("websocket");
    private static final byte[] TRAILERS = Ascii.bytes("trailers");
    private static final byte[] CONTINUE = Ascii.bytes("100-continue");
    private static final byte[] GET = Ascii.bytes("GET");
    private static final byte[] CRUMB_SEPARATOR = Ascii.bytes("; ");

    private static final HeaderName[] CONNECTION_FIELDS = {
        HeaderName.CONNECTION,
        HeaderName.PROXY_CONNECTION,
        HeaderName.KEEP_ALIVE,
        HeaderName.TRANSFER_ENCODING,
        HeaderName.UPGRADE
    };

    private final FieldBlock block = new FieldBlock();
    private final RequestHead request = new RequestHead();
    private final ResponseHead response = new ResponseHead();
    private final Fields trailers = new Fields();
    private Failure failure = Failure.BAD_REQUEST;
    private boolean plainPath;

    /** What came of a block. */
    public enum Outcome {
        COMPLETE,
        /** A stream error of type PROTOCOL_ERROR; {@link #failure()} holds for a request. */
        MALFORMED,
        /** More bytes or fields than allowed; the connection goes on. */
        TOO_LARGE,
        /** A connection error of type COMPRESSION_ERROR. */
        COMPRESSION_ERROR
    }

    /** The request, after {@link Outcome#COMPLETE}. */
    public RequestHead request() {
        return request;
    }

    /** The response, after {@link Outcome#COMPLETE}. */
    public ResponseHead response() {
        return response;
    }

    /** The trailers, after {@link Outcome#COMPLETE}. */
    public Fields trailers() {
        return trailers;
    }

    /** Why a request is refused, after {@link Outcome#MALFORMED} or {@link Outcome#TOO_LARGE}. */
    public Failure failure() {
        return failure;
    }

    /** See {@link RequestTarget#path}. */
    public boolean plainPath() {
        return plainPath;
    }

    /**
     * Decodes the head of a request. Its body length is what Content-Length says, else 0 or {@link
     * BodyLength#CHUNKED}, for unknown; END_STREAM may yet follow a body of length 0.
     *
     * @param endStream whether no body follows
     * @param scratch where the head is built
     */
    public Outcome request(
            HpackDecoder hpack,
            byte[] bytes,
            int from,
            int to,
            boolean endStream,
            byte[] scratch,
            HeadLimits limits) {
        request.begin(scratch, 0);
        block.begin(request.fields(), limits);
        if (!hpack.decode(bytes, from, to, block)) {
            return Outcome.COMPRESSION_ERROR;
        }
        failure = Failure.BAD_REQUEST;
        if (block.malformed()) {
            return Outcome.MALFORMED;
        }
        if (block.tooLarge()) {
            failure = Failure.HEAD_TOO_LARGE;
            return Outcome.TOO_LARGE;
        }
        return pseudoFields() && regularFields() && framing(endStream)
                ? Outcome.COMPLETE
                : Outcome.MALFORMED;
    }

    // RFC 9113 section 8.3.1
    private boolean pseudoFields() {
        if (block.has(FieldTraits.STATUS) || !block.has(FieldTraits.METHOD)) {
            return false;
        }
        return method() && scheme() && path();
    }

    private boolean method() {
        byte[] bytes = request.bytes();
        int start = block.start(FieldTraits.METHOD);
        int end = block.end(FieldTraits.METHOD);
        for (int i = start; i < end; i++) {
            if (!Octets.token(bytes[i])) {
                return false;
            }
        }
        if (start == end) {
            return false;
        }
        request.method(start, end);
        boolean extended = block.has(FieldTraits.PROTOCOL);
        if (request.method() != Method.CONNECT) {
            return !extended;
        }
        return extended ? webSocket() : connect();
    }

    // A tunnel to wherever the client likes is not what a reverse proxy offers.
    private boolean connect() {
        boolean wellFormed = !block.has(FieldTraits.SCHEME) && !block.has(FieldTraits.PATH);
        if (wellFormed) {
            failure = Failure.METHOD_REFUSED;
        }
        return false;
    }

    // RFC 8441 section 4
    private boolean webSocket() {
        int start = block.start(FieldTraits.PROTOCOL);
        int end = block.end(FieldTraits.PROTOCOL);
        if (!Ascii.equalIgnoringCase(request.bytes(), start, end, WEBSOCKET)) {
            failure = Failure.METHOD_REFUSED;
            return false;
        }
        int get = request.fields().append(GET, 0, GET.length);
        request.method(get, get + GET.length);
        request.webSocket(true);
        return true;
    }

    private boolean scheme() {
        byte[] bytes = request.bytes();
        int start = block.start(FieldTraits.SCHEME);
        int end = block.end(FieldTraits.SCHEME);
        return block.has(FieldTraits.SCHEME)
                && (Ascii.equalIgnoringCase(bytes, start, end, HTTP)
                        || Ascii.equalIgnoringCase(bytes, start, end, HTTPS));
    }

    private boolean path() {
        byte[] bytes = request.bytes();
        int start = block.start(FieldTraits.PATH);
        int end = block.end(FieldTraits.PATH);
        if (!block.has(FieldTraits.PATH) || start == end) {
            return false;
        }
        for (int i = start; i < end; i++) {
            if (!Octets.target(bytes[i])) {
                return false;
            }
        }
        if (bytes[start] == '/') {
            plainPath = RequestTarget.path(request, bytes, start, end);
            return true;
        }
        if (end - start > 1 || bytes[start] != '*' || request.method() != Method.OPTIONS) {
            return false;
        }
        request.asterisk(true);
        int slash = request.fields().append((byte) '/');
        plainPath = RequestTarget.path(request, request.bytes(), slash, slash + 1);
        return true;
    }

    private boolean regularFields() {
        Fields fields = request.fields();
        if (connectionFields(fields) || !te(fields)) {
            return false;
        }
        fields.remove(HeaderName.HTTP2_SETTINGS);
        if (!host(fields)) {
            failure = Failure.BAD_HOST;
            return false;
        }
        fields.join(HeaderName.COOKIE, CRUMB_SEPARATOR);
        return true;
    }

    // RFC 9113 section 8.2.2
    private static boolean connectionFields(Fields fields) {
        for (HeaderName name : CONNECTION_FIELDS) {
            if (fields.contains(name)) {
                return true;
            }
        }
        return false;
    }

    private boolean te(Fields fields) {
        for (int i = fields.find(HeaderName.TE); i >= 0; i = fields.findNext(HeaderName.TE, i)) {
            if (!fields.valueIs(i, TRAILERS)) {
                return false;
            }
            request.acceptsTrailers(true);
        }
        fields.remove(HeaderName.TE);
        return true;
    }

    // A Host field beside the authority has to agree with it, and one is enough.
    private boolean host(Fields fields) {
        int index = fields.find(HeaderName.HOST);
        if (index < 0) {
            return false;
        }
        byte[] bytes = fields.bytes();
        int start = fields.valueStart(index);
        int end = fields.valueEnd(index);
        if (!RequestTarget.authority(request, bytes, start, end)) {
            return false;
        }
        int next = fields.findNext(HeaderName.HOST, index);
        if (next >= 0) {
            boolean fromClient = !block.has(FieldTraits.AUTHORITY);
            if (fromClient || fields.findNext(HeaderName.HOST, next) >= 0 || !agree(index, next)) {
                return false;
            }
            fields.removeAt(next);
        }
        RequestTarget.lowerHost(request);
        return true;
    }

    // RFC 9113 section 8.3.1: without what the scheme says anyway.
    private boolean agree(int authority, int host) {
        Fields fields = request.fields();
        byte[] bytes = fields.bytes();
        int a = fields.valueStart(authority);
        int b = fields.valueStart(host);
        int length = withoutUsualPort(bytes, a, fields.valueEnd(authority)) - a;
        if (withoutUsualPort(bytes, b, fields.valueEnd(host)) - b != length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (Ascii.lower(bytes[a + i]) != Ascii.lower(bytes[b + i])) {
                return false;
            }
        }
        return true;
    }

    private int withoutUsualPort(byte[] bytes, int start, int end) {
        int scheme = block.end(FieldTraits.SCHEME) - block.start(FieldTraits.SCHEME);
        byte[] usual = scheme == HTTPS.length ? HTTPS_PORT : HTTP_PORT;
        int colon = end - usual.length;
        if (colon > start && Ascii.equal(bytes, colon, end, usual)) {
            return colon;
        }
        return end > start && bytes[end - 1] == ':' ? end - 1 : end;
    }

    // RFC 9113 section 8.1.1
    private boolean framing(boolean endStream) {
        Fields fields = request.fields();
        long length = Framing.bodyLength(fields, 1);
        if (length == Framing.BAD || (endStream && length > 0)) {
            failure = Failure.BAD_FRAMING;
            return false;
        }
        if (request.webSocket()) {
            // The stream is the tunnel: it has no body, and it has not ended.
            failure = Failure.BAD_FRAMING;
            fields.remove(HeaderName.EXPECT);
            return !endStream && length == Framing.NONE;
        }
        long withoutField = endStream ? 0 : BodyLength.CHUNKED;
        request.bodyLength(length == Framing.NONE ? withoutField : length);
        return expectation(fields);
    }

    private boolean expectation(Fields fields) {
        int index = fields.find(HeaderName.EXPECT);
        if (index >= 0) {
            boolean expects = request.bodyLength() != 0 && fields.valueIs(index, CONTINUE);
            request.expectContinue(expects);
            if (!expects) {
                fields.remove(HeaderName.EXPECT);
            }
        }
        return true;
    }

    /**
     * Decodes the head of a response; parameters as of {@link #request}.
     *
     * @param answered what it answers
     */
    public Outcome response(
            HpackDecoder hpack,
            byte[] bytes,
            int from,
            int to,
            boolean endStream,
            byte[] scratch,
            HeadLimits limits,
            Answered answered) {
        response.begin(scratch, 0);
        block.begin(response.fields(), limits);
        if (!hpack.decode(bytes, from, to, block)) {
            return Outcome.COMPRESSION_ERROR;
        }
        if (block.malformed()) {
            return Outcome.MALFORMED;
        }
        if (block.tooLarge()) {
            return Outcome.TOO_LARGE;
        }
        return status()
                        && !connectionFields(response.fields())
                        && !response.fields().contains(HeaderName.TE)
                        && responseFraming(endStream, answered)
                ? Outcome.COMPLETE
                : Outcome.MALFORMED;
    }

    // RFC 9113 section 8.3.2
    private boolean status() {
        for (int pseudo = FieldTraits.METHOD; pseudo <= FieldTraits.PROTOCOL; pseudo++) {
            if (block.has(pseudo) != (pseudo == FieldTraits.STATUS)) {
                return false;
            }
        }
        byte[] bytes = response.bytes();
        int at = block.start(FieldTraits.STATUS);
        if (block.end(FieldTraits.STATUS) - at != 3
                || bytes[at] < '1'
                || bytes[at] > '5'
                || !Octets.digit(bytes[at + 1])
                || !Octets.digit(bytes[at + 2])) {
            return false;
        }
        int status = (bytes[at] - '0') * 100 + (bytes[at + 1] - '0') * 10 + bytes[at + 2] - '0';
        response.status(status);
        // RFC 9113 section 8.6: there is no 101.
        return status != 101;
    }

    private boolean responseFraming(boolean endStream, Answered answered) {
        Fields fields = response.fields();
        fields.remove(HeaderName.HTTP2_SETTINGS);
        long length = Framing.bodyLength(fields, 1);
        if (length == Framing.BAD) {
            return false;
        }
        int status = response.status();
        if (status < 200 || status == 204) {
            // Neither may have this field (RFC 9110 section 8.6); readers disagree about it.
            fields.remove(HeaderName.CONTENT_LENGTH);
            response.bodyLength(0);
            return status >= 200 || !endStream;
        }
        if (status == 304 || answered == Answered.HEAD) {
            response.bodyLength(0);
            return true;
        }
        if (endStream) {
            response.bodyLength(0);
            return length <= 0;
        }
        response.bodyLength(length == Framing.NONE ? BodyLength.CHUNKED : length);
        return true;
    }

    /** Decodes trailers; parameters as of {@link #request}. */
    public Outcome trailers(
            HpackDecoder hpack, byte[] bytes, int from, int to, byte[] scratch, HeadLimits limits) {
        trailers.begin(scratch, 0);
        block.begin(trailers, limits);
        if (!hpack.decodeTrailers(bytes, from, to, block)) {
            return Outcome.COMPRESSION_ERROR;
        }
        for (int pseudo = FieldTraits.METHOD; pseudo <= FieldTraits.PROTOCOL; pseudo++) {
            if (block.has(pseudo)) {
                return Outcome.MALFORMED;
            }
        }
        if (block.malformed() || connectionFields(trailers)) {
            return Outcome.MALFORMED;
        }
        return block.tooLarge() ? Outcome.TOO_LARGE : Outcome.COMPLETE;
    }
}
