package io.sluice.dataplane.l7.codec.http2;

/**
 * The priority of a response (RFC 9218), in one number. Says what the client asked for; what cannot
 * be read is the default, as the RFC demands.
 */
public final class Priority {
    /** Urgency 3, not incremental. */
    public static final int DEFAULT = 3;

    private static final int INCREMENTAL = 8;
    private static final int URGENCY = 7;

    private Priority() {}

    /** From 0, which goes first, to 7. */
    public static int urgency(int priority) {
        return priority & URGENCY;
    }

    /** Whether the client can use parts of the response: equals then share the connection. */
    public static boolean incremental(int priority) {
        return (priority & INCREMENTAL) != 0;
    }

    /**
     * Reads a Priority field or the value of PRIORITY_UPDATE: a dictionary (RFC 8941 section 3.2)
     * of which {@code u} and {@code i} count.
     */
    public static int parse(byte[] value, int from, int to) {
        int urgency = DEFAULT;
        int incremental = 0;
        int at = blanks(value, from, to);
        while (at < to) {
            int end = memberEnd(value, at, to);
            int length = trimmedEnd(value, at, end) - at;
            if (length == 3 && value[at] == 'u' && value[at + 1] == '=') {
                int digit = value[at + 2] - '0';
                // The last one counts, a value out of range does not.
                urgency = digit >= 0 && digit <= URGENCY ? digit : urgency;
            } else if (length == 1 && value[at] == 'i') {
                incremental = INCREMENTAL;
            } else if (length == 4 && value[at] == 'i' && value[at + 2] == '?') {
                incremental = value[at + 3] == '1' ? INCREMENTAL : 0;
            }
            at = blanks(value, end + 1, to);
        }
        return urgency | incremental;
    }

    private static int blanks(byte[] value, int from, int to) {
        int at = from;
        while (at < to && (value[at] == ' ' || value[at] == '\t')) {
            at++;
        }
        return at;
    }

    private static int trimmedEnd(byte[] value, int from, int to) {
        int at = from;
        // Parameters of a member mean nothing here.
        while (at < to && value[at] != ' ' && value[at] != '\t' && value[at] != ';') {
            at++;
        }
        return at;
    }

    // Commas inside of strings do not separate.
    private static int memberEnd(byte[] value, int from, int to) {
        boolean quoted = false;
        for (int at = from; at < to; at++) {
            if (value[at] == '"') {
                quoted = !quoted;
            } else if (value[at] == '\\') {
                at++;
            } else if (value[at] == ',' && !quoted) {
                return at;
            }
        }
        return to;
    }
}
