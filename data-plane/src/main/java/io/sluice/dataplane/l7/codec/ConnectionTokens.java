package io.sluice.dataplane.l7.codec;

import io.sluice.dataplane.l7.message.Ascii;
import io.sluice.dataplane.l7.message.Fields;
import io.sluice.dataplane.l7.message.HeaderName;

import java.util.ArrayList;
import java.util.List;

/** What Connection says, and the fields that end with this connection (RFC 9110 section 7.6.1). */
final class ConnectionTokens {
    private static final byte[] CLOSE = Ascii.bytes("close");
    private static final byte[] KEEP_ALIVE = Ascii.bytes("keep-alive");
    private static final byte[] UPGRADE = Ascii.bytes("upgrade");
    private static final byte[] TRAILERS = Ascii.bytes("trailers");

    private static final HeaderName[] HOP_BY_HOP = {
        HeaderName.CONNECTION,
        HeaderName.KEEP_ALIVE,
        HeaderName.PROXY_CONNECTION,
        HeaderName.TE,
        HeaderName.TRANSFER_ENCODING,
        HeaderName.UPGRADE,
        HeaderName.HTTP2_SETTINGS
    };

    // Naming these in Connection is refused its effect: they frame or address the message.
    private static final byte[][] KEPT = {
        Ascii.bytes("host"), Ascii.bytes("content-length"), Ascii.bytes("expect")
    };

    private boolean keepAlive;
    private boolean upgrade;
    private List<HeaderName> named = List.of();

    void read(Fields fields, int minorVersion) {
        boolean close = false;
        boolean stay = false;
        upgrade = false;
        for (int i = fields.find(HeaderName.CONNECTION);
                i >= 0;
                i = fields.findNext(HeaderName.CONNECTION, i)) {
            byte[] bytes = fields.bytes();
            int end = fields.valueEnd(i);
            for (int at = fields.valueStart(i); at < end; ) {
                int start = tokenStart(bytes, at, end);
                at = tokenEnd(bytes, start, end);
                if (Ascii.equalIgnoringCase(bytes, start, at, CLOSE)) {
                    close = true;
                } else if (Ascii.equalIgnoringCase(bytes, start, at, KEEP_ALIVE)) {
                    stay = true;
                } else if (Ascii.equalIgnoringCase(bytes, start, at, UPGRADE)) {
                    upgrade = true;
                }
            }
        }
        keepAlive = !close && (minorVersion > 0 || stay);
    }

    boolean keepAlive() {
        return keepAlive;
    }

    boolean upgrade() {
        return upgrade;
    }

    boolean trailers(Fields fields) {
        for (int i = fields.find(HeaderName.TE); i >= 0; i = fields.findNext(HeaderName.TE, i)) {
            byte[] bytes = fields.bytes();
            int end = fields.valueEnd(i);
            for (int at = fields.valueStart(i); at < end; ) {
                int start = tokenStart(bytes, at, end);
                at = tokenEnd(bytes, start, end);
                if (Ascii.equalIgnoringCase(bytes, start, at, TRAILERS)) {
                    return true;
                }
            }
        }
        return false;
    }

    /**
     * What else Connection named, once {@link #strip} has run: in trailers such fields end here as
     * well.
     */
    List<HeaderName> named() {
        return named;
    }

    /** Takes the fields out that end here: the known ones and those that Connection names. */
    void strip(Fields fields) {
        named = List.of();
        for (int i = fields.find(HeaderName.CONNECTION);
                i >= 0;
                i = fields.findNext(HeaderName.CONNECTION, i)) {
            stripNamed(fields, fields.valueStart(i), fields.valueEnd(i));
        }
        for (HeaderName name : HOP_BY_HOP) {
            fields.remove(name);
        }
    }

    private void stripNamed(Fields fields, int valueStart, int valueEnd) {
        byte[] bytes = fields.bytes();
        for (int at = valueStart; at < valueEnd; ) {
            int start = tokenStart(bytes, at, valueEnd);
            at = tokenEnd(bytes, start, valueEnd);
            if (start < at && names(bytes, start, at)) {
                note(bytes, start, at);
                fields.removeNamed(start, at);
            }
        }
    }

    private void note(byte[] bytes, int start, int end) {
        int id = HeaderName.idOf(bytes, start, end);
        for (HeaderName name : HOP_BY_HOP) {
            if (name.id() == id) {
                return;
            }
        }
        if (named.isEmpty()) {
            named = new ArrayList<>(1);
        }
        named.add(HeaderName.of(Ascii.text(bytes, start, end)));
    }

    private static boolean names(byte[] bytes, int start, int end) {
        if (Ascii.equalIgnoringCase(bytes, start, end, CLOSE)
                || Ascii.equalIgnoringCase(bytes, start, end, KEEP_ALIVE)) {
            return false;
        }
        for (byte[] kept : KEPT) {
            if (Ascii.equalIgnoringCase(bytes, start, end, kept)) {
                return false;
            }
        }
        return true;
    }

    private static int tokenStart(byte[] bytes, int from, int end) {
        int at = from;
        while (at < end && !Octets.token(bytes[at])) {
            at++;
        }
        return at;
    }

    private static int tokenEnd(byte[] bytes, int from, int end) {
        int at = from;
        while (at < end && Octets.token(bytes[at])) {
            at++;
        }
        return at;
    }
}
