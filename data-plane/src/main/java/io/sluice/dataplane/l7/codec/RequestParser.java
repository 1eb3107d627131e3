package io.sluice.dataplane.l7.codec;

import io.sluice.dataplane.l7.message.Ascii;
import io.sluice.dataplane.l7.message.Fields;
import io.sluice.dataplane.l7.message.HeaderName;
import io.sluice.dataplane.l7.message.Method;
import io.sluice.dataplane.l7.message.RequestHead;
import io.sluice.dataplane.net.Failure;

import java.util.List;

/**
 * Parses request heads, strictly (RFC 9112 sections 2 to 6, RFC 9110 sections 5 and 7). One per
 * event loop; its {@link #head()} is good until the next parse.
 *
 * <p>Fields that concern the connection only are gone from the head, those that Connection names
 * included; what they said is in its properties.
 */
public final class RequestParser {
    private static final byte[] VERSION = Ascii.bytes("HTTP/");
    private static final byte[] HTTP_SCHEME = Ascii.bytes("http://");
    private static final byte[] HTTPS_SCHEME = Ascii.bytes("https://");
    private static final byte[] CONTINUE = Ascii.bytes("100-continue");
    private static final byte[] WEBSOCKET = Ascii.bytes("websocket");

    private static final int BAD = -1;

    private final RequestHead head = new RequestHead();
    private final ConnectionTokens connection = new ConnectionTokens();
    private int end;
    private Failure failure = Failure.BAD_REQUEST;
    private boolean plainPath;

    /** What came of a parse. */
    public enum Outcome {
        /** More bytes are needed; what is there is good so far. */
        INCOMPLETE,
        /** {@link #head()} and {@link #end()} hold. */
        COMPLETE,
        /** {@link #failure()} holds. */
        BAD
    }

    /** The head as parsed, after {@link Outcome#COMPLETE}. */
    public RequestHead head() {
        return head;
    }

    /** Fields that Connection named and that are none of a trailer section either. */
    public List<HeaderName> connectionNames() {
        return connection.named();
    }

    /** Where the byte behind the head is. */
    public int end() {
        return end;
    }

    /** Why the head is refused. */
    public Failure failure() {
        return failure;
    }

    /**
     * Whether the path has no escape, dot segment or empty segment, so that it is normal as it is.
     */
    public boolean plainPath() {
        return plainPath;
    }

    /**
     * Parses the head that begins at 0. Bytes behind it may be there; they are overwritten by
     * edits.
     *
     * @param available how many bytes there are
     */
    public Outcome parse(byte[] bytes, int available, HeadLimits limits) {
        int limit = Math.min(available, limits.headBytesMax());
        head.begin(bytes, available);
        // RFC 9112 section 2.2: an empty line before the request line is ignored.
        int from = limit >= 2 && bytes[0] == '\r' && bytes[1] == '\n' ? 2 : 0;
        int at = requestLine(bytes, from, limit);
        if (at == FieldLines.INCOMPLETE) {
            return available >= limits.headBytesMax()
                    ? bad(Failure.URI_TOO_LONG)
                    : Outcome.INCOMPLETE;
        }
        if (at < 0) {
            return Outcome.BAD;
        }
        Fields fields = head.fields();
        end = FieldLines.parse(bytes, at, limit, fields, limits.fieldsMax());
        if (end == FieldLines.INCOMPLETE) {
            return available >= limits.headBytesMax()
                    ? bad(Failure.HEAD_TOO_LARGE)
                    : Outcome.INCOMPLETE;
        }
        if (end < 0) {
            return bad(end == FieldLines.TOO_MANY ? Failure.HEAD_TOO_LARGE : Failure.BAD_REQUEST);
        }
        fields.received(end);
        return understand() ? Outcome.COMPLETE : Outcome.BAD;
    }

    private Outcome bad(Failure failure) {
        this.failure = failure;
        return Outcome.BAD;
    }

    private int badLine(Failure failure) {
        this.failure = failure;
        return BAD;
    }

    // method SP request-target SP HTTP-version CRLF, with single spaces
    private int requestLine(byte[] bytes, int from, int limit) {
        int at = from;
        while (at < limit && Octets.token(bytes[at])) {
            at++;
        }
        if (at == limit) {
            return FieldLines.INCOMPLETE;
        }
        if (at == from || bytes[at] != ' ') {
            // A lone CR may yet become the empty line that is ignored.
            boolean emptyLine = from == 0 && at == 0 && bytes[0] == '\r' && limit == 1;
            return emptyLine ? FieldLines.INCOMPLETE : badLine(Failure.BAD_REQUEST);
        }
        head.method(from, at);
        int target = ++at;
        while (at < limit && Octets.target(bytes[at])) {
            at++;
        }
        if (at == limit) {
            return FieldLines.INCOMPLETE;
        }
        if (at == target || bytes[at] != ' ') {
            return badLine(Failure.BAD_REQUEST);
        }
        int version = at + 1;
        int next = version(bytes, version, limit);
        if (next <= 0) {
            return next;
        }
        return target(bytes, target, at) ? next : BAD;
    }

    private int version(byte[] bytes, int from, int limit) {
        int known = Math.min(VERSION.length, limit - from);
        for (int i = 0; i < known; i++) {
            if (bytes[from + i] != VERSION[i]) {
                return badLine(Failure.BAD_REQUEST);
            }
        }
        if (limit - from < 10) {
            return FieldLines.INCOMPLETE;
        }
        byte major = bytes[from + 5];
        byte minor = bytes[from + 7];
        if (!Octets.digit(major)
                || bytes[from + 6] != '.'
                || !Octets.digit(minor)
                || bytes[from + 8] != '\r'
                || bytes[from + 9] != '\n') {
            return badLine(Failure.BAD_REQUEST);
        }
        if (major != '1') {
            return badLine(Failure.VERSION_UNSUPPORTED);
        }
        // A later minor version is served as the latest one known (RFC 9110 section 2.5).
        head.minorVersion(minor == '0' ? 0 : 1);
        return from + 10;
    }

    // origin-form, absolute-form, asterisk-form; authority-form belongs to CONNECT
    private boolean target(byte[] bytes, int start, int end) {
        if (head.method() == Method.CONNECT) {
            failure = Failure.METHOD_REFUSED;
            return false;
        }
        if (bytes[start] == '/') {
            path(bytes, start, end);
            return true;
        }
        if (end - start == 1 && bytes[start] == '*' && head.method() == Method.OPTIONS) {
            head.asterisk(true);
            // The slash of the version is the root path to match.
            rootPath(end + 5, end);
            return true;
        }
        int scheme = schemeLength(bytes, start, end);
        failure = Failure.BAD_REQUEST;
        return scheme > 0 && absolute(bytes, start + scheme, end);
    }

    private static int schemeLength(byte[] bytes, int start, int end) {
        if (hasScheme(bytes, start, end, HTTP_SCHEME)) {
            return HTTP_SCHEME.length;
        }
        return hasScheme(bytes, start, end, HTTPS_SCHEME) ? HTTPS_SCHEME.length : 0;
    }

    private static boolean hasScheme(byte[] bytes, int start, int end, byte[] scheme) {
        return end - start >= scheme.length
                && Ascii.equalIgnoringCase(bytes, start, start + scheme.length, scheme);
    }

    private boolean absolute(byte[] bytes, int start, int end) {
        int at = start;
        while (at < end && bytes[at] != '/' && bytes[at] != '?') {
            at++;
        }
        if (!authority(bytes, start, at)) {
            return false;
        }
        if (at < end && bytes[at] == '/') {
            path(bytes, at, end);
            return true;
        }
        // The slash before the authority is the root path.
        rootPath(start - 1, end);
        if (at < end) {
            head.query(at, end);
        } else if (head.method() == Method.OPTIONS) {
            // RFC 9112 section 3.2.4: OPTIONS of an authority without path is OPTIONS *.
            head.asterisk(true);
        }
        return true;
    }

    private void rootPath(int slash, int end) {
        head.path(slash, slash + 1);
        head.query(end, end);
        plainPath = true;
    }

    private void path(byte[] bytes, int start, int end) {
        plainPath = RequestTarget.path(head, bytes, start, end);
    }

    private boolean authority(byte[] bytes, int start, int end) {
        failure = Failure.BAD_HOST;
        return RequestTarget.authority(head, bytes, start, end);
    }

    private boolean understand() {
        Fields fields = head.fields();
        return host(fields) && framing(fields) && connection(fields) && expectation(fields);
    }

    // RFC 9112 section 3.2: exactly one Host, but for HTTP/1.0; an absolute target outranks it.
    private boolean host(Fields fields) {
        failure = Failure.BAD_HOST;
        int index = fields.find(HeaderName.HOST);
        boolean absolute = head.authorityEnd() > head.authorityStart();
        if (index < 0) {
            if (head.minorVersion() > 0) {
                return false;
            }
            if (absolute) {
                fields.addCopy(HeaderName.HOST, head.authorityStart(), head.authorityEnd());
            }
            return lowerHost();
        }
        if (fields.findNext(HeaderName.HOST, index) >= 0) {
            return false;
        }
        int targetStart = head.authorityStart();
        int targetEnd = head.authorityEnd();
        int hostStart = head.hostStart();
        int hostEnd = head.hostEnd();
        if (!authority(fields.bytes(), fields.valueStart(index), fields.valueEnd(index))) {
            return false;
        }
        if (absolute) {
            head.authority(targetStart, targetEnd);
            head.host(hostStart, hostEnd);
            fields.removeAt(index);
            fields.addCopy(HeaderName.HOST, targetStart, targetEnd);
        }
        return lowerHost();
    }

    private boolean lowerHost() {
        RequestTarget.lowerHost(head);
        return true;
    }

    private boolean framing(Fields fields) {
        long length = Framing.bodyLength(fields, head.minorVersion());
        if (length == Framing.NONE) {
            head.bodyLength(0);
            return true;
        }
        if (length < Framing.NONE) {
            failure =
                    length == Framing.UNKNOWN_CODING
                            ? Failure.TRANSFER_CODING_UNKNOWN
                            : Failure.BAD_FRAMING;
            return false;
        }
        head.bodyLength(length);
        return true;
    }

    private boolean connection(Fields fields) {
        connection.read(fields, head.minorVersion());
        head.keepAlive(connection.keepAlive());
        int upgrade = fields.find(HeaderName.UPGRADE);
        head.webSocket(
                upgrade >= 0
                        && connection.upgrade()
                        && head.method() == Method.GET
                        && head.minorVersion() > 0
                        && head.bodyLength() == 0
                        && fields.findNext(HeaderName.UPGRADE, upgrade) < 0
                        && fields.valueIs(upgrade, WEBSOCKET));
        head.acceptsTrailers(connection.trailers(fields));
        connection.strip(fields);
        return true;
    }

    // RFC 9110 section 10.1.1: unknown expectations are ignored, as is any of an HTTP/1.0 client.
    private boolean expectation(Fields fields) {
        int index = fields.find(HeaderName.EXPECT);
        if (index < 0) {
            return true;
        }
        boolean expects =
                head.minorVersion() > 0
                        && head.bodyLength() != 0
                        && fields.valueIs(index, CONTINUE);
        head.expectContinue(expects);
        if (!expects) {
            fields.remove(HeaderName.EXPECT);
        }
        return true;
    }
}
