package io.sluice.dataplane.l7.codec;

import io.sluice.dataplane.l7.message.Fields;

/** Parses field lines up to and including the empty line behind them (RFC 9112 section 5). */
final class FieldLines {
    /** The bytes end before the empty line. */
    static final int INCOMPLETE = 0;

    /** The lines break the grammar. */
    static final int BAD = -1;

    /** There are more than allowed. */
    static final int TOO_MANY = -2;

    private FieldLines() {}

    /** Blanks between a name and its colon. */
    private enum Blanks {
        REFUSED,
        REMOVED
    }

    /**
     * Parses from {@code from}, adding to {@code fields}.
     *
     * @param fieldsMax fields that {@code fields} may hold
     * @return where the byte behind the empty line is, or one of the constants
     */
    static int parse(byte[] bytes, int from, int end, Fields fields, int fieldsMax) {
        return parse(bytes, from, end, fields, fieldsMax, Blanks.REFUSED);
    }

    /**
     * As {@link #parse}, of a response: blanks between a name and its colon are removed, in {@code
     * bytes} (RFC 9112 section 5.1).
     */
    static int parseOfResponse(byte[] bytes, int from, int end, Fields fields, int fieldsMax) {
        return parse(bytes, from, end, fields, fieldsMax, Blanks.REMOVED);
    }

    private static int parse(
            byte[] bytes, int from, int end, Fields fields, int fieldsMax, Blanks blanks) {
        int at = from;
        while (at < end) {
            int lineStart = at;
            if (bytes[at] == '\r') {
                return at + 1 == end ? INCOMPLETE : bytes[at + 1] == '\n' ? at + 2 : BAD;
            }
            while (at < end && Octets.token(bytes[at])) {
                at++;
            }
            if (at == end) {
                return INCOMPLETE;
            }
            if (blanks == Blanks.REMOVED && at > lineStart && Octets.blank(bytes[at])) {
                int nameEnd = at;
                while (at < end && Octets.blank(bytes[at])) {
                    at++;
                }
                if (at == end) {
                    return INCOMPLETE;
                }
                // Against the colon, which leaves a gap in front that nobody copies.
                System.arraycopy(
                        bytes, lineStart, bytes, lineStart + at - nameEnd, nameEnd - lineStart);
                lineStart += at - nameEnd;
            }
            // An empty name, a folded line (RFC 9112 section 5.2) and a space before the colon end
            // here.
            if (bytes[at] != ':' || at == lineStart) {
                return BAD;
            }
            int nameEnd = at++;
            while (at < end && Octets.blank(bytes[at])) {
                at++;
            }
            int valueStart = at;
            while (at < end && Octets.value(bytes[at])) {
                at++;
            }
            if (at + 1 >= end) {
                return at < end && bytes[at] != '\r' ? BAD : INCOMPLETE;
            }
            if (bytes[at] != '\r' || bytes[at + 1] != '\n') {
                return BAD;
            }
            int valueEnd = at;
            while (valueEnd > valueStart && Octets.blank(bytes[valueEnd - 1])) {
                valueEnd--;
            }
            at += 2;
            if (fields.size() == fieldsMax) {
                return TOO_MANY;
            }
            fields.addReceived(lineStart, nameEnd, valueStart, valueEnd, at);
        }
        return INCOMPLETE;
    }
}
