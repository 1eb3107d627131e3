package io.sluice.dataplane.l7.codec;

import io.sluice.dataplane.l7.message.Ascii;
import io.sluice.dataplane.l7.message.Fields;
import io.sluice.dataplane.l7.message.RequestHead;

/**
 * Path, query and authority of a request (RFC 9110 section 4), read the same way whichever version
 * of HTTP brought them.
 */
public final class RequestTarget {
    private static final int BAD = -1;
    private static final int PORT_MAX = 65_535;

    private RequestTarget() {}

    /**
     * Takes a path that begins with a slash, and the query behind it.
     *
     * @return whether the path has no escape, dot segment or backslash, so that it is normal as it
     *     is
     */
    public static boolean path(RequestHead head, byte[] bytes, int start, int end) {
        int at = start;
        byte before = 0;
        boolean plain = true;
        while (at < end && bytes[at] != '?') {
            byte b = bytes[at++];
            if (b == '%' || (b == '.' && before == '/') || b == '\\') {
                plain = false;
            }
            before = b;
        }
        head.path(start, at);
        head.query(at, end);
        return plain;
    }

    /** Takes host and port; false if they are not well-formed. User information never is. */
    public static boolean authority(RequestHead head, byte[] bytes, int start, int end) {
        int hostEnd = hostEnd(bytes, start, end);
        if (hostEnd <= start) {
            return false;
        }
        if (hostEnd < end && !port(bytes, hostEnd, end)) {
            return false;
        }
        head.authority(start, end);
        head.host(start, hostEnd);
        return true;
    }

    private static int hostEnd(byte[] bytes, int start, int end) {
        int at = start;
        if (at < end && bytes[at] == '[') {
            at++;
            while (at < end
                    && (Octets.hex(bytes[at]) >= 0 || bytes[at] == ':' || bytes[at] == '.')) {
                at++;
            }
            return at < end && bytes[at] == ']' && at > start + 2 ? at + 1 : BAD;
        }
        while (at < end && Octets.host(bytes[at])) {
            at++;
        }
        return at;
    }

    private static boolean port(byte[] bytes, int colon, int end) {
        if (bytes[colon] != ':' || end - colon > 6) {
            return false;
        }
        int port = 0;
        for (int i = colon + 1; i < end; i++) {
            if (!Octets.digit(bytes[i])) {
                return false;
            }
            port = port * 10 + bytes[i] - '0';
        }
        return port <= PORT_MAX;
    }

    /** Puts the host into lower case, in a copy behind the fields where it is not yet. */
    public static void lowerHost(RequestHead head) {
        byte[] bytes = head.bytes();
        for (int i = head.hostStart(); i < head.hostEnd(); i++) {
            if (bytes[i] >= 'A' && bytes[i] <= 'Z') {
                copyLowerHost(head);
                return;
            }
        }
    }

    private static void copyLowerHost(RequestHead head) {
        Fields fields = head.fields();
        int length = head.hostEnd() - head.hostStart();
        int at = fields.append(fields.bytes(), head.hostStart(), head.hostEnd());
        byte[] bytes = fields.bytes();
        for (int i = at; i < at + length; i++) {
            bytes[i] = Ascii.lower(bytes[i]);
        }
        head.host(at, at + length);
    }
}
