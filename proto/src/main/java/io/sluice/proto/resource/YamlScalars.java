package io.sluice.proto.resource;

import java.util.Locale;

/** What plain scalars of YAML look like, for reading and for knowing what to put in quotes. */
final class YamlScalars {
    private static final String INDICATORS = "-?:,[]{}#&*!|>'\"%@`=<~";
    private static final String FLOW_INDICATORS = ",[]{}";

    private YamlScalars() {}

    /**
     * The type of a plain scalar by the core schema; hexadecimal and octal numbers count as text.
     */
    static TextNode.Type typeOf(String plain) {
        return switch (plain) {
            case "", "~", "null", "Null", "NULL" -> TextNode.Type.NULL;
            case "true", "True", "TRUE", "false", "False", "FALSE" -> TextNode.Type.BOOLEAN;
            default -> isNumber(plain) ? TextNode.Type.NUMBER : TextNode.Type.STRING;
        };
    }

    /**
     * Whether text can stand without quotes in any YAML reader, the old ones with their yes and no
     * included.
     */
    static boolean canBePlain(String text, boolean inFlow) {
        if (typeOf(text) != TextNode.Type.STRING || isOldBoolean(text) || text.startsWith("0x")) {
            return false;
        }
        char first = text.charAt(0);
        char last = text.charAt(text.length() - 1);
        if (INDICATORS.indexOf(first) >= 0
                || last == ' '
                || last == ':'
                || first == '.'
                || first == '+') {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean control = c < ' ' || c > '~';
            boolean commentOrKey =
                    (c == '#' && text.charAt(i - 1) == ' ')
                            || (c == ':' && text.startsWith(": ", i))
                            || first == ' ';
            if (control || commentOrKey || (inFlow && FLOW_INDICATORS.indexOf(c) >= 0)) {
                return false;
            }
        }
        return !isOldNumber(text);
    }

    /** Numbers of base 60 (1:30, 1:30.5) and with underscores: YAML 1.1 has them. */
    private static boolean isOldNumber(String text) {
        int colon = text.indexOf(':');
        int dot = text.indexOf('.');
        boolean base60 = colon > 0 && (dot < 0 || dot > colon);
        return (base60 || text.indexOf('_') > 0)
                && text.chars()
                        .allMatch(c -> (c >= '0' && c <= '9') || c == ':' || c == '_' || c == '.');
    }

    private static boolean isOldBoolean(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "yes", "no", "on", "off", "y", "n", "true", "false", "null" -> true;
            default -> false;
        };
    }

    private static boolean isNumber(String text) {
        int at = text.startsWith("-") || text.startsWith("+") ? 1 : 0;
        int digits = 0;
        boolean dot = false;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c >= '0' && c <= '9') {
                digits++;
            } else if (c == '.' && !dot) {
                dot = true;
            } else {
                break;
            }
            at++;
        }
        if (digits == 0 || at == text.length()) {
            return digits > 0;
        }
        return isExponent(text.substring(at));
    }

    private static boolean isExponent(String text) {
        int at = text.length() > 1 && (text.charAt(1) == '-' || text.charAt(1) == '+') ? 2 : 1;
        boolean marked = text.charAt(0) == 'e' || text.charAt(0) == 'E';
        return marked
                && at < text.length()
                && text.substring(at).chars().allMatch(c -> c >= '0' && c <= '9');
    }
}
