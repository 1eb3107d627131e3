package io.sluice.proto;

import java.util.Optional;

/**
 * A port or several in a row, as text {@code 5060} or {@code 30000-30100}.
 *
 * @param first from 1
 * @param last to 65535, not below the first
 */
public record PortRange(int first, int last) {
    private static final int PORT_MAX = 65_535;

    /** What a text means; empty if it is neither form or the ports are out of range. */
    public static Optional<PortRange> parse(String text) {
        int dash = text.indexOf('-');
        int first = port(dash < 0 ? text : text.substring(0, dash));
        int last = dash < 0 ? first : port(text.substring(dash + 1));
        return first < 1 || last < first
                ? Optional.empty()
                : Optional.of(new PortRange(first, last));
    }

    /** Whether a port is one of them. */
    public boolean contains(int port) {
        return first <= port && port <= last;
    }

    /** How many they are. */
    public int count() {
        return last - first + 1;
    }

    /** As {@link #parse} reads it. */
    @Override
    public String toString() {
        return first == last ? Integer.toString(first) : first + "-" + last;
    }

    private static int port(String text) {
        boolean digits =
                !text.isEmpty()
                        && text.length() <= 5
                        && text.chars().allMatch(c -> c >= '0' && c <= '9');
        if (!digits) {
            return -1;
        }
        int port = Integer.parseInt(text);
        return port > PORT_MAX ? -1 : port;
    }
}
