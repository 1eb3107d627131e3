package io.sluice.proto;

import java.util.Locale;

/** The syntax of DNS names (RFC 1123, with the underscores that are in use). */
public final class DnsName {
    private static final int NAME_CHARS_MAX = 253;
    private static final int LABEL_CHARS_MAX = 63;

    private DnsName() {}

    /**
     * Whether a text is a DNS name; a trailing dot is fine, a name of digits and dots only is not.
     */
    public static boolean isValid(String text) {
        String name = canonical(text);
        if (name.isEmpty() || name.length() > NAME_CHARS_MAX) {
            return false;
        }
        int labelStart = 0;
        boolean allDigits = true;
        for (int i = 0; i <= name.length(); i++) {
            if (i < name.length() && name.charAt(i) != '.') {
                continue;
            }
            String label = name.substring(labelStart, i);
            if (!isLabel(label)) {
                return false;
            }
            allDigits &= label.chars().allMatch(c -> c >= '0' && c <= '9');
            labelStart = i + 1;
        }
        return !allDigits;
    }

    /** Lower case, without a trailing dot. */
    public static String canonical(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
    }

    private static boolean isLabel(String label) {
        if (label.isEmpty() || label.length() > LABEL_CHARS_MAX) {
            return false;
        }
        if (label.startsWith("-") || label.endsWith("-")) {
            return false;
        }
        for (int i = 0; i < label.length(); i++) {
            char c = label.charAt(i);
            boolean fine = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
            if (!fine) {
                return false;
            }
        }
        return true;
    }
}
