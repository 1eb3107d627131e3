package io.sluice.dataplane.l7.route;

import java.nio.charset.StandardCharsets;

/** Reading slices, percent-decoding on the way where asked. */
final class Slices {
    private Slices() {}

    /** Where a byte first is in the range; its end if it is not. */
    static int indexOf(byte[] bytes, int start, int end, char wanted) {
        int at = start;
        while (at < end && bytes[at] != wanted) {
            at++;
        }
        return at;
    }

    /**
     * Where the range goes on after what decodes to a text; -1 if it does not begin with that. A
     * plus is a space; a percent sign without two hex digits stands for itself.
     */
    static int decodedStart(byte[] bytes, int start, int end, byte[] text) {
        int at = start;
        for (byte wanted : text) {
            if (at >= end) {
                return -1;
            }
            int decoded = escaped(bytes, at, end);
            int got = decoded >= 0 ? decoded : bytes[at] == '+' ? ' ' : bytes[at] & 0xff;
            if (got != (wanted & 0xff)) {
                return -1;
            }
            at += decoded >= 0 ? 3 : 1;
        }
        return at;
    }

    /** The decoded range as text; allocates. */
    static String decodedText(byte[] bytes, int start, int end) {
        byte[] decoded = new byte[end - start];
        int length = 0;
        int at = start;
        while (at < end) {
            int escaped = escaped(bytes, at, end);
            decoded[length++] =
                    (byte) (escaped >= 0 ? escaped : bytes[at] == '+' ? ' ' : bytes[at]);
            at += escaped >= 0 ? 3 : 1;
        }
        return new String(decoded, 0, length, StandardCharsets.UTF_8);
    }

    /** The range as text; allocates. */
    static String text(byte[] bytes, int start, int end) {
        return new String(bytes, start, end - start, StandardCharsets.UTF_8);
    }

    private static int escaped(byte[] bytes, int at, int end) {
        if (bytes[at] != '%' || at + 2 >= end) {
            return -1;
        }
        int high = Character.digit(bytes[at + 1], 16);
        int low = Character.digit(bytes[at + 2], 16);
        return high < 0 || low < 0 ? -1 : high << 4 | low;
    }
}
