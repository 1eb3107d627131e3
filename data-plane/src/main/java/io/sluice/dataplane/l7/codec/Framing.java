package io.sluice.dataplane.l7.codec;

import io.sluice.dataplane.l7.message.Ascii;
import io.sluice.dataplane.l7.message.BodyLength;
import io.sluice.dataplane.l7.message.Fields;
import io.sluice.dataplane.l7.message.HeaderName;

/** What Content-Length and Transfer-Encoding say about a body (RFC 9112 section 6). */
public final class Framing {
    /** Neither is there. */
    public static final long NONE = -10;

    /** They contradict each other or break the grammar. */
    public static final long BAD = -11;

    /** There is a transfer coding other than chunked. */
    public static final long UNKNOWN_CODING = -12;

    // Longer numbers could overflow; 10^18 bytes are enough.
    private static final int DIGITS_MAX = 18;
    private static final byte[] CHUNKED = Ascii.bytes("chunked");

    private Framing() {}

    /** The length, {@link BodyLength#CHUNKED}, or one of the constants. */
    public static long bodyLength(Fields fields, int minorVersion) {
        int coding = fields.find(HeaderName.TRANSFER_ENCODING);
        int length = fields.find(HeaderName.CONTENT_LENGTH);
        if (coding < 0) {
            return length < 0 ? NONE : contentLength(fields, length);
        }
        // Both, or a coding in HTTP/1.0, is how smuggled requests look (RFC 9112 section 6.1).
        if (length >= 0 || minorVersion == 0) {
            return BAD;
        }
        return transferCoding(fields, coding);
    }

    private static long contentLength(Fields fields, int index) {
        // Even equal ones: whoever sends two has not made them itself.
        if (fields.findNext(HeaderName.CONTENT_LENGTH, index) >= 0) {
            return BAD;
        }
        byte[] bytes = fields.bytes();
        int start = fields.valueStart(index);
        int end = fields.valueEnd(index);
        if (start == end || end - start > DIGITS_MAX) {
            return BAD;
        }
        long length = 0;
        for (int i = start; i < end; i++) {
            if (!Octets.digit(bytes[i])) {
                return BAD;
            }
            length = length * 10 + bytes[i] - '0';
        }
        return length;
    }

    private static long transferCoding(Fields fields, int index) {
        boolean single = fields.findNext(HeaderName.TRANSFER_ENCODING, index) < 0;
        if (single && fields.valueIs(index, CHUNKED)) {
            return BodyLength.CHUNKED;
        }
        return onlyTokens(fields) ? UNKNOWN_CODING : BAD;
    }

    // A well-formed list of codings that ends in chunked, once, is unknown; everything else is bad.
    private static boolean onlyTokens(Fields fields) {
        boolean chunkedLast = false;
        boolean chunkedBefore = false;
        byte[] bytes = fields.bytes();
        for (int i = fields.find(HeaderName.TRANSFER_ENCODING);
                i >= 0;
                i = fields.findNext(HeaderName.TRANSFER_ENCODING, i)) {
            int end = fields.valueEnd(i);
            int at = fields.valueStart(i);
            while (true) {
                while (at < end && Octets.blank(bytes[at])) {
                    at++;
                }
                int token = at;
                while (at < end && Octets.token(bytes[at])) {
                    at++;
                }
                if (at == token) {
                    return false;
                }
                chunkedBefore |= chunkedLast;
                chunkedLast = Ascii.equalIgnoringCase(bytes, token, at, CHUNKED);
                while (at < end && Octets.blank(bytes[at])) {
                    at++;
                }
                if (at == end) {
                    break;
                }
                if (bytes[at++] != ',') {
                    return false;
                }
            }
        }
        return !chunkedBefore;
    }
}
