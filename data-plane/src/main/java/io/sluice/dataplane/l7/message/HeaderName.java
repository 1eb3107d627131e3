package io.sluice.dataplane.l7.message;

import java.util.ArrayList;
import java.util.List;

/**
 * The name of a header field. Names that the data plane itself acts on are constants here; a codec
 * recognises them while it parses, so that looking one up later compares a number. Immutable.
 */
public final class HeaderName {
    private static final int BUCKETS = 256;
    private static final List<HeaderName> KNOWN = new ArrayList<>();

    public static final HeaderName HOST = known("Host");
    public static final HeaderName CONNECTION = known("Connection");
    public static final HeaderName CONTENT_LENGTH = known("Content-Length");
    public static final HeaderName TRANSFER_ENCODING = known("Transfer-Encoding");
    public static final HeaderName EXPECT = known("Expect");
    public static final HeaderName UPGRADE = known("Upgrade");
    public static final HeaderName TE = known("TE");
    public static final HeaderName TRAILER = known("Trailer");
    public static final HeaderName KEEP_ALIVE = known("Keep-Alive");
    public static final HeaderName PROXY_CONNECTION = known("Proxy-Connection");
    public static final HeaderName VIA = known("Via");
    public static final HeaderName FORWARDED = known("Forwarded");
    public static final HeaderName X_FORWARDED_FOR = known("X-Forwarded-For");
    public static final HeaderName X_FORWARDED_PROTO = known("X-Forwarded-Proto");
    public static final HeaderName X_FORWARDED_HOST = known("X-Forwarded-Host");
    public static final HeaderName X_REQUEST_ID = known("X-Request-Id");
    public static final HeaderName COOKIE = known("Cookie");
    public static final HeaderName LOCATION = known("Location");
    public static final HeaderName CONTENT_TYPE = known("Content-Type");
    public static final HeaderName HTTP2_SETTINGS = known("HTTP2-Settings");
    public static final HeaderName AUTHORIZATION = known("Authorization");
    public static final HeaderName SLUICE_REASON = known("Sluice-Reason");
    public static final HeaderName PRIORITY = known("Priority");
    public static final HeaderName SEC_WEBSOCKET_KEY = known("Sec-WebSocket-Key");
    public static final HeaderName SEC_WEBSOCKET_ACCEPT = known("Sec-WebSocket-Accept");
    public static final HeaderName DATE = known("Date");
    public static final HeaderName MAX_FORWARDS = known("Max-Forwards");

    private static final HeaderName[][] BY_HASH = table();

    private final String text;
    private final byte[] bytes;
    private final byte[] lowerCase;
    private final byte[] lineStart;
    private final int id;

    private HeaderName(String text, int id) {
        this.text = text;
        this.bytes = Ascii.bytes(text);
        this.lowerCase = bytes.clone();
        for (int i = 0; i < lowerCase.length; i++) {
            lowerCase[i] = Ascii.lower(lowerCase[i]);
        }
        this.lineStart = Ascii.bytes(text + ": ");
        this.id = id;
    }

    /**
     * The name as written in {@code text}, which must be a token (RFC 9110 section 5.6.2). Equal
     * texts, case ignored, of a known name give the same object.
     */
    public static HeaderName of(String text) {
        byte[] bytes = Ascii.bytes(text);
        int id = idOf(bytes, 0, bytes.length);
        return id == 0 ? new HeaderName(text, 0) : KNOWN.get(id - 1);
    }

    /** The name as it is sent. */
    public String text() {
        return text;
    }

    @Override
    public String toString() {
        return text;
    }

    /** Number of a known name, from 1, below 64; 0 for any other. */
    public int id() {
        return id;
    }

    /** The name as it is sent; not to be changed. */
    byte[] bytes() {
        return bytes;
    }

    /** The name with colon and space, as a line begins; not to be changed. */
    byte[] lineStart() {
        return lineStart;
    }

    /** The name in lower case; not to be changed. */
    byte[] lowerCase() {
        return lowerCase;
    }

    /** {@link #id()} of the known name in the range, or 0. */
    public static int idOf(byte[] bytes, int start, int end) {
        if (start == end) {
            return 0;
        }
        for (HeaderName candidate : BY_HASH[hash(bytes, start, end)]) {
            if (Ascii.equalIgnoringCase(bytes, start, end, candidate.lowerCase)) {
                return candidate.id;
            }
        }
        return 0;
    }

    private static int hash(byte[] bytes, int start, int end) {
        int length = end - start;
        return (length * 37
                        + (bytes[start] | 0x20) * 5
                        + (bytes[start + (length >> 1)] | 0x20) * 11
                        + (bytes[end - 1] | 0x20) * 23)
                & (BUCKETS - 1);
    }

    private static HeaderName known(String text) {
        HeaderName name = new HeaderName(text, KNOWN.size() + 1);
        assert name.id < Long.SIZE;
        KNOWN.add(name);
        return name;
    }

    private static HeaderName[][] table() {
        List<List<HeaderName>> buckets = new ArrayList<>();
        for (int i = 0; i < BUCKETS; i++) {
            buckets.add(new ArrayList<>());
        }
        for (HeaderName name : KNOWN) {
            buckets.get(hash(name.bytes, 0, name.bytes.length)).add(name);
        }
        HeaderName[][] table = new HeaderName[BUCKETS][];
        for (int i = 0; i < BUCKETS; i++) {
            table[i] = buckets.get(i).toArray(new HeaderName[0]);
        }
        return table;
    }
}
