package io.sluice.dataplane.l7.message;

/**
 * The head of a request: slices of {@link Fields#bytes()}, and edits. Filled by a codec; belongs to
 * an event loop and is good until that handles its next event, see {@link #copy()}.
 *
 * <p>{@link #path()} is what routes match and what is sent on, without the query; {@link #host()}
 * is lower case and without port.
 */
public final class RequestHead {
    private final Fields fields = new Fields();

    private Method method = Method.OTHER;
    private int methodStart;
    private int methodEnd;
    private int pathStart;
    private int pathEnd;
    private int queryStart;
    private int queryEnd;
    private int authorityStart;
    private int authorityEnd;
    private int hostStart;
    private int hostEnd;
    private int minorVersion;
    private boolean asterisk;
    private long bodyLength;
    private boolean keepAlive;
    private boolean expectContinue;
    private boolean webSocket;
    private boolean acceptsTrailers;

    /** Forgets everything and starts on {@code bytes}; see {@link Fields#begin}. */
    public void begin(byte[] bytes, int used) {
        fields.begin(bytes, used);
        method = Method.OTHER;
        methodStart = methodEnd = 0;
        pathStart = pathEnd = queryStart = queryEnd = 0;
        authorityStart = authorityEnd = hostStart = hostEnd = 0;
        minorVersion = 1;
        asterisk = false;
        bodyLength = 0;
        keepAlive = true;
        expectContinue = false;
        webSocket = false;
        acceptsTrailers = false;
    }

    public Fields fields() {
        return fields;
    }

    /** Shorthand for {@code fields().bytes()}. */
    public byte[] bytes() {
        return fields.bytes();
    }

    public Method method() {
        return method;
    }

    public int methodStart() {
        return methodStart;
    }

    public int methodEnd() {
        return methodEnd;
    }

    public void method(int start, int end) {
        methodStart = start;
        methodEnd = end;
        method = Method.of(bytes(), start, end);
    }

    public int pathStart() {
        return pathStart;
    }

    public int pathEnd() {
        return pathEnd;
    }

    public void path(int start, int end) {
        pathStart = start;
        pathEnd = end;
    }

    /** Puts {@code prefix} in the place of the first {@code matchedLength} bytes of the path. */
    public void replacePathPrefix(int matchedLength, byte[] prefix) {
        int at = fields.append(prefix, 0, prefix.length);
        fields.append(bytes(), pathStart + matchedLength, pathEnd);
        int length = prefix.length + (pathEnd - pathStart - matchedLength);
        path(at, at + length);
    }

    /** Where the query begins, its question mark included; equal to {@link #queryEnd()} if none. */
    public int queryStart() {
        return queryStart;
    }

    public int queryEnd() {
        return queryEnd;
    }

    public void query(int start, int end) {
        queryStart = start;
        queryEnd = end;
    }

    /** Host and port as the client sent them and as they are sent on; empty if it named none. */
    public int authorityStart() {
        return authorityStart;
    }

    public int authorityEnd() {
        return authorityEnd;
    }

    public void authority(int start, int end) {
        authorityStart = start;
        authorityEnd = end;
    }

    /** Sends another host (and port) upstream than the client sent. Routes have matched by then. */
    public void replaceAuthority(byte[] authority) {
        int at = fields.append(authority, 0, authority.length);
        authority(at, at + authority.length);
        fields.set(HeaderName.HOST, authority);
    }

    /** The host in lower case, without port. */
    public int hostStart() {
        return hostStart;
    }

    public int hostEnd() {
        return hostEnd;
    }

    public void host(int start, int end) {
        hostStart = start;
        hostEnd = end;
    }

    /** 0 for a peer of HTTP/1.0, else 1. */
    public int minorVersion() {
        return minorVersion;
    }

    public void minorVersion(int minorVersion) {
        this.minorVersion = minorVersion;
    }

    /** Whether the target was {@code *}; the path is {@code /} then. */
    public boolean asterisk() {
        return asterisk;
    }

    public void asterisk(boolean asterisk) {
        this.asterisk = asterisk;
    }

    /** Bytes of the body, or {@link BodyLength#CHUNKED}. */
    public long bodyLength() {
        return bodyLength;
    }

    public void bodyLength(long bodyLength) {
        this.bodyLength = bodyLength;
    }

    /** Whether the client would send another request on its connection. */
    public boolean keepAlive() {
        return keepAlive;
    }

    public void keepAlive(boolean keepAlive) {
        this.keepAlive = keepAlive;
    }

    /** Whether the client waits for 100 before it sends the body. */
    public boolean expectContinue() {
        return expectContinue;
    }

    public void expectContinue(boolean expectContinue) {
        this.expectContinue = expectContinue;
    }

    /** Whether the client asks to turn the connection into a WebSocket. */
    public boolean webSocket() {
        return webSocket;
    }

    public void webSocket(boolean webSocket) {
        this.webSocket = webSocket;
    }

    /** Whether the client said {@code TE: trailers}. */
    public boolean acceptsTrailers() {
        return acceptsTrailers;
    }

    public void acceptsTrailers(boolean acceptsTrailers) {
        this.acceptsTrailers = acceptsTrailers;
    }

    /** The method as text; allocates. */
    public String methodText() {
        return Ascii.text(bytes(), methodStart, methodEnd);
    }

    /** The path as text; allocates. */
    public String path() {
        return Ascii.text(bytes(), pathStart, pathEnd);
    }

    /** The query with its question mark as text, or the empty text; allocates. */
    public String query() {
        return Ascii.text(bytes(), queryStart, queryEnd);
    }

    /** Host and port as text; allocates. */
    public String authority() {
        return Ascii.text(bytes(), authorityStart, authorityEnd);
    }

    /** The host as text; allocates. */
    public String host() {
        return Ascii.text(bytes(), hostStart, hostEnd);
    }

    /** A copy with arrays of its own, for a stream that has to wait. */
    public RequestHead copy() {
        RequestHead copy = new RequestHead();
        copy.become(this);
        return copy;
    }

    /** Becomes a copy of another one, in the arrays it has where they are large enough. */
    public void become(RequestHead other) {
        fields.become(other.fields);
        method = other.method;
        methodStart = other.methodStart;
        methodEnd = other.methodEnd;
        pathStart = other.pathStart;
        pathEnd = other.pathEnd;
        queryStart = other.queryStart;
        queryEnd = other.queryEnd;
        authorityStart = other.authorityStart;
        authorityEnd = other.authorityEnd;
        hostStart = other.hostStart;
        hostEnd = other.hostEnd;
        minorVersion = other.minorVersion;
        asterisk = other.asterisk;
        bodyLength = other.bodyLength;
        keepAlive = other.keepAlive;
        expectContinue = other.expectContinue;
        webSocket = other.webSocket;
        acceptsTrailers = other.acceptsTrailers;
    }
}
