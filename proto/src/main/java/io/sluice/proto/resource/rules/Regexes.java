package io.sluice.proto.resource.rules;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;

import java.util.Optional;

/** What can be said of a regular expression (RE2 syntax, linear time) without running it. */
public final class Regexes {
    private static final String META = "\\.+*?()|[]{}^$";
    private static final int REPEATS_PRODUCT_MAX = 1_000;

    private Regexes() {}

    /**
     * Compiles a pattern that the rules accepted; it is meant for {@code matches}, over the whole
     * input.
     *
     * @throws PatternSyntaxException for one that they would not
     */
    public static Pattern compile(String pattern) {
        return Pattern.compile(pattern);
    }

    /** What keeps a pattern from compiling, or from compiling small; empty if nothing does. */
    static Optional<String> problem(String pattern) {
        if (repeatsProduct(pattern) > REPEATS_PRODUCT_MAX) {
            // {1000} within {1000} is a program of a million steps.
            return Optional.of("its repetitions multiply to more than " + REPEATS_PRODUCT_MAX);
        }
        try {
            compile(pattern);
            return Optional.empty();
        } catch (PatternSyntaxException e) {
            String near = e.getPattern() == null ? "" : e.getPattern();
            return Optional.of(e.getDescription() + (near.isEmpty() ? "" : ": " + near));
        }
    }

    /**
     * The text with which everything begins that a pattern matches; empty where that is not plain
     * to see.
     */
    public static String literalPrefix(String pattern) {
        if (pattern.indexOf('|') >= 0) {
            return "";
        }
        String rest = pattern.startsWith("^") ? pattern.substring(1) : pattern;
        int end = 0;
        while (end < rest.length() && META.indexOf(rest.charAt(end)) < 0) {
            end++;
        }
        boolean optional = end < rest.length() && "?*{".indexOf(rest.charAt(end)) >= 0;
        return rest.substring(0, optional && end > 0 ? end - 1 : end);
    }

    /**
     * The greatest count of every {@code {n,m}} multiplied: an upper bound of how far nesting
     * multiplies.
     */
    private static long repeatsProduct(String pattern) {
        long product = 1;
        int at = pattern.indexOf('{');
        while (at >= 0 && product <= REPEATS_PRODUCT_MAX) {
            int number = 0;
            int greatest = 0;
            int i = at + 1;
            while (i < pattern.length() && isCountChar(pattern.charAt(i))) {
                char c = pattern.charAt(i++);
                number = c == ',' ? 0 : Math.min(1_000_000, number * 10 + c - '0');
                greatest = Math.max(greatest, number);
            }
            boolean closed = i < pattern.length() && pattern.charAt(i) == '}';
            product *= closed ? Math.max(1, greatest) : 1;
            at = pattern.indexOf('{', at + 1);
        }
        return product;
    }

    private static boolean isCountChar(char c) {
        return c == ',' || (c >= '0' && c <= '9');
    }
}
