package io.sluice.dataplane.l7.codec.http2;

import io.sluice.dataplane.l7.codec.Octets;
import io.sluice.dataplane.l7.message.Ascii;
import io.sluice.dataplane.l7.message.HeaderName;

/**
 * What is found out about a field once and kept beside it in the tables, in one number: which known
 * or pseudo-header field it is, and whether it breaks the grammar (RFC 9113 sections 8.2 and 8.3).
 */
final class FieldTraits {
    static final int METHOD = 1;
    static final int SCHEME = 2;
    static final int AUTHORITY = 3;
    static final int PATH = 4;
    static final int STATUS = 5;
    static final int PROTOCOL = 6;

    private static final int NAME_ID = 0x3f;
    private static final int PSEUDO_SHIFT = 6;
    private static final int PSEUDO = 0x7;
    private static final int BAD_NAME = 0x200;
    private static final int BAD_VALUE = 0x400;

    private static final byte[][] PSEUDO_NAMES = {
        {},
        Ascii.bytes(":method"),
        Ascii.bytes(":scheme"),
        Ascii.bytes(":authority"),
        Ascii.bytes(":path"),
        Ascii.bytes(":status"),
        Ascii.bytes(":protocol")
    };

    private FieldTraits() {}

    static int of(byte[] bytes, int nameStart, int nameEnd, int valueStart, int valueEnd) {
        return ofName(bytes, nameStart, nameEnd) | ofValue(bytes, valueStart, valueEnd);
    }

    /** The part that the name decides. */
    static int ofName(byte[] bytes, int start, int end) {
        if (start < end && bytes[start] == ':') {
            return ofPseudo(bytes, start, end);
        }
        for (int i = start; i < end; i++) {
            byte b = bytes[i];
            // Upper case is refused (RFC 9113 section 8.2.1).
            if (!Octets.token(b) || (b >= 'A' && b <= 'Z')) {
                return BAD_NAME;
            }
        }
        return start == end ? BAD_NAME : HeaderName.idOf(bytes, start, end);
    }

    private static int ofPseudo(byte[] bytes, int start, int end) {
        for (int i = METHOD; i < PSEUDO_NAMES.length; i++) {
            if (Ascii.equal(bytes, start, end, PSEUDO_NAMES[i])) {
                return i << PSEUDO_SHIFT;
            }
        }
        return BAD_NAME;
    }

    /** The part that the value decides. */
    static int ofValue(byte[] bytes, int start, int end) {
        if (start == end) {
            return 0;
        }
        if (Octets.blank(bytes[start]) || Octets.blank(bytes[end - 1])) {
            return BAD_VALUE;
        }
        return Octets.values(bytes, start, end) ? 0 : BAD_VALUE;
    }

    /** The part of a whole that its name decided. */
    static int nameOnly(int trait) {
        return trait & ~BAD_VALUE;
    }

    static boolean bad(int trait) {
        return (trait & (BAD_NAME | BAD_VALUE)) != 0;
    }

    /** Which pseudo-header field it is, or 0. */
    static int pseudo(int trait) {
        return trait >> PSEUDO_SHIFT & PSEUDO;
    }

    /** See {@link HeaderName#idOf}. */
    static int nameId(int trait) {
        return trait & NAME_ID;
    }
}
