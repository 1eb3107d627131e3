package io.sluice.controlplane.api;

import io.sluice.proto.DidYouMean;
import io.sluice.proto.Problems;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Conditions on the fields of an item, all of which must hold. Immutable.
 *
 * <p>Small on purpose: no alternatives, no parentheses; what needs more is a query for the client.
 */
final class Filter {
    static final String LABELS = "labels.";

    static final String EXPLANATION =
            "Conditions separated by spaces, all of which must hold: WORD (the field marked *"
                + " contains it), FIELD=VALUE, FIELD!=VALUE, FIELD:TEXT (contains; case does not"
                + " count). Values with spaces are \"quoted\". A field with several values matches"
                + " if one of them does.";

    private static final int CHARS_MAX = 2_000;
    private static final int CONDITIONS_MAX = 32;
    private static final Pattern TOKEN =
            Pattern.compile(
                    "\\G\\s*(?:([^\\s\"=!:]+)(!=|=|:))?(\"((?:[^\"\\\\]|\\\\.)*)\"|[^\\s\"]*)(?=\\s|$)");

    private final List<Condition> conditions;

    private enum Operator {
        EQUAL,
        DIFFERENT,
        CONTAINS
    }

    private record Condition(String field, Operator operator, String value) {
        boolean holds(Collection<String> values) {
            return switch (operator) {
                case EQUAL -> values.contains(value);
                case DIFFERENT -> !values.contains(value);
                case CONTAINS ->
                        values.stream().anyMatch(each -> containsIgnoringCase(each, value));
            };
        }
    }

    private Filter(List<Condition> conditions) {
        this.conditions = conditions;
    }

    /**
     * The filter of a text; empty if it was rejected.
     *
     * @param wordField where a word alone is looked for
     * @param labels whether there are fields labels.KEY
     */
    static Optional<Filter> parse(
            String text, String wordField, Set<String> fields, boolean labels, Problems problems) {
        if (text.length() > CHARS_MAX) {
            problems.reject("TOO_LONG", "is longer than " + CHARS_MAX + " characters");
            return Optional.empty();
        }
        List<Condition> conditions = new ArrayList<>();
        boolean good = true;
        String rest = text.strip();
        Matcher tokens = TOKEN.matcher(rest);
        int at = 0;
        while (at < rest.length() && tokens.find()) {
            at = tokens.end();
            String quoted = tokens.group(4);
            String value = quoted == null ? tokens.group(3) : quoted.replaceAll("\\\\(.)", "$1");
            if (tokens.group(1) == null) {
                conditions.add(new Condition(wordField, Operator.CONTAINS, value));
                continue;
            }
            conditions.add(new Condition(tokens.group(1), operator(tokens.group(2)), value));
            good &= known(tokens.group(1), fields, labels, problems);
        }
        if (at < rest.length()) {
            problems.reject(
                    "BAD_FILTER",
                    "cannot be read from \"" + rest.substring(at).strip() + "\" on",
                    "write FIELD=VALUE, FIELD!=VALUE, FIELD:TEXT or a word, separated by spaces");
            return Optional.empty();
        }
        if (conditions.size() > CONDITIONS_MAX) {
            problems.reject("TOO_MANY", "has more than " + CONDITIONS_MAX + " conditions");
            return Optional.empty();
        }
        return good ? Optional.of(new Filter(conditions)) : Optional.empty();
    }

    private static boolean known(
            String field, Set<String> fields, boolean labels, Problems problems) {
        if (fields.contains(field)
                || (labels && field.startsWith(LABELS) && field.length() > LABELS.length())) {
            return true;
        }
        String hint = DidYouMean.hint(field, fields);
        problems.reject(
                "UNKNOWN_FIELD",
                "there is no field \"" + field + "\" to filter by",
                hint.isEmpty()
                        ? "known are " + String.join(", ", fields) + (labels ? ", labels.KEY" : "")
                        : hint);
        return false;
    }

    private static Operator operator(String text) {
        return switch (text) {
            case "=" -> Operator.EQUAL;
            case "!=" -> Operator.DIFFERENT;
            default -> Operator.CONTAINS;
        };
    }

    /** Whether everything holds for an item, given by the values of its fields. */
    boolean matches(Function<String, Collection<String>> values) {
        for (Condition condition : conditions) {
            if (!condition.holds(values.apply(condition.field()))) {
                return false;
            }
        }
        return true;
    }

    private static boolean containsIgnoringCase(String text, String part) {
        for (int i = 0; i + part.length() <= text.length(); i++) {
            if (text.regionMatches(true, i, part, 0, part.length())) {
                return true;
            }
        }
        return false;
    }
}
