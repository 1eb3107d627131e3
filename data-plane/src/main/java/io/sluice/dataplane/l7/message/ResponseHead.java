package io.sluice.dataplane.l7.message;

/**
 * The head of a response: slices of {@link Fields#bytes()}, and edits. Filled by a codec or by a
 * local reply; belongs to an event loop and is good until that handles its next event.
 */
public final class ResponseHead {
    private final Fields fields = new Fields();

    private int status;
    private int reasonStart;
    private int reasonEnd;
    private int minorVersion;
    private long bodyLength;
    private boolean keepAlive;

    /** Forgets everything and starts on {@code bytes}; see {@link Fields#begin}. */
    public void begin(byte[] bytes, int used) {
        fields.begin(bytes, used);
        status = 0;
        reasonStart = reasonEnd = 0;
        minorVersion = 1;
        bodyLength = 0;
        keepAlive = true;
    }

    public Fields fields() {
        return fields;
    }

    /** Shorthand for {@code fields().bytes()}. */
    public byte[] bytes() {
        return fields.bytes();
    }

    public int status() {
        return status;
    }

    public void status(int status) {
        this.status = status;
    }

    /** Whether another response to the same request follows (100 to 199 but for 101). */
    public boolean interim() {
        return status < 200 && status != 101;
    }

    /**
     * Whether a final response can have no content, whatever its fields say (RFC 9110 section
     * 6.4.1).
     *
     * @param toHead whether it answers a HEAD
     */
    public boolean isWithoutContent(boolean toHead) {
        return toHead || status == 204 || status == 304;
    }

    public int reasonStart() {
        return reasonStart;
    }

    public int reasonEnd() {
        return reasonEnd;
    }

    /** The reason phrase as received; may be empty. */
    public void reason(int start, int end) {
        reasonStart = start;
        reasonEnd = end;
    }

    /** 0 for a peer of HTTP/1.0, else 1. */
    public int minorVersion() {
        return minorVersion;
    }

    public void minorVersion(int minorVersion) {
        this.minorVersion = minorVersion;
    }

    /**
     * Bytes of the body that follows (0 if the status or the method forbids one), or a {@link
     * BodyLength}.
     */
    public long bodyLength() {
        return bodyLength;
    }

    public void bodyLength(long bodyLength) {
        this.bodyLength = bodyLength;
    }

    /** Whether the sender would take another request on its connection. */
    public boolean keepAlive() {
        return keepAlive;
    }

    public void keepAlive(boolean keepAlive) {
        this.keepAlive = keepAlive;
    }
}
