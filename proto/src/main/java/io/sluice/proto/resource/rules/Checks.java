package io.sluice.proto.resource.rules;

import com.google.protobuf.Duration;

import io.sluice.proto.DurationText;
import io.sluice.proto.HostPort;
import io.sluice.proto.Limits;
import io.sluice.proto.Problems;

import java.util.Collection;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Checks that the rules of several kinds share. */
final class Checks {
    private static final String NAME_FORM =
            "use a-z, 0-9, - and ., begin and end with a letter or digit";
    private static final String TCHAR = "!#$%&'*+-.^_`|~";

    private static final long DRAIN_NANOS_MIN = 10_000_000;

    private Checks() {}

    /** The name of a resource or rule: [a-z0-9]([-a-z0-9.]{0,61}[a-z0-9])?. */
    static void name(String name, Problems problems) {
        if (name.isEmpty()) {
            problems.reject("REQUIRED", "is missing");
            return;
        }
        if (name.length() > Limits.NAME_CHARS_MAX) {
            problems.reject(
                    "BAD_NAME",
                    "has " + name.length() + " characters, more than " + Limits.NAME_CHARS_MAX);
            return;
        }
        if (!isName(name)) {
            String lower = name.toLowerCase(Locale.ROOT).replace('_', '-').replace(' ', '-');
            problems.reject(
                    "BAD_NAME",
                    quoted(name) + " is not a name",
                    isName(lower) ? "did you mean " + quoted(lower) + "?" : NAME_FORM);
        }
    }

    static boolean isName(String name) {
        if (name.isEmpty() || name.length() > Limits.NAME_CHARS_MAX) {
            return false;
        }
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            boolean edge = i == 0 || i == name.length() - 1;
            boolean fine = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
            if (!fine && (edge || (c != '-' && c != '.'))) {
                return false;
            }
        }
        return true;
    }

    static void labels(Map<String, String> labels, int labelsMax, Problems problems) {
        count(labels.size(), labelsMax, "labels", problems);
        labels.forEach(
                (key, value) -> {
                    if (key.isEmpty() || key.length() > Limits.LABEL_KEY_CHARS_MAX) {
                        problems.key(key)
                                .reject(
                                        "BAD_LABEL",
                                        "a label's key has 1 to "
                                                + Limits.LABEL_KEY_CHARS_MAX
                                                + " characters");
                    } else if (!key.chars()
                            .allMatch(c -> c > ' ' && c <= '~' && c != '=' && c != ',')) {
                        problems.key(key)
                                .reject(
                                        "BAD_LABEL",
                                        "a label's key is printable ASCII without spaces, = and ,");
                    }
                    if (value.length() > Limits.LABEL_VALUE_CHARS_MAX
                            || value.chars().anyMatch(Character::isISOControl)) {
                        problems.key(key)
                                .reject(
                                        "BAD_LABEL",
                                        "a label's value has at most "
                                                + Limits.LABEL_VALUE_CHARS_MAX
                                                + " characters, no line breaks among them");
                    }
                });
    }

    static void count(int count, int countMax, String what, Problems problems) {
        if (count > countMax) {
            problems.reject("TOO_MANY", "has " + count + " " + what + ", more than " + countMax);
        }
    }

    static void range(boolean given, long value, long min, long max, Problems problems) {
        if (given && (value < min || value > max)) {
            problems.reject(
                    "OUT_OF_RANGE",
                    Long.toUnsignedString(value) + " is not from " + min + " to " + max);
        }
    }

    /**
     * A duration of at least min; the message of an absent field is the default one and is not
     * checked.
     */
    static void duration(boolean given, Duration duration, long minNanos, Problems problems) {
        if (!given) {
            return;
        }
        long nanos = DurationText.toNanos(duration);
        boolean odd =
                duration.getSeconds() < 0
                        || duration.getNanos() < 0
                        || duration.getNanos() > 999_999_999;
        if (odd || duration.getSeconds() > Limits.DURATION_HOURS_MAX * 3600L) {
            problems.reject("OUT_OF_RANGE", "is not from 0 to " + Limits.DURATION_HOURS_MAX + "h");
        } else if (nanos < minNanos) {
            problems.reject(
                    "OUT_OF_RANGE",
                    DurationText.format(duration)
                            + " is less than "
                            + DurationText.format(java.time.Duration.ofNanos(minNanos)));
        }
    }

    /** A time that a drain leaves; as {@link #duration}. */
    static void drainTimeout(boolean given, Duration timeout, Problems problems) {
        duration(given, timeout, DRAIN_NANOS_MIN, problems);
    }

    /** Rejects what occurs twice, at its second place. */
    static void unique(Collection<String> values, String what, Problems list) {
        Set<String> seen = new HashSet<>();
        int index = 0;
        for (String value : values) {
            if (!seen.add(value)) {
                list.item(index)
                        .reject("DUPLICATE", what + " " + quoted(value) + " is named twice");
            }
            index++;
        }
    }

    /** Rejects a name that something of its sort has already, at another place. */
    static void duplicate(String what, String name, String place, Problems problems) {
        problems.reject("DUPLICATE", what + " " + quoted(name) + " is there already, at " + place);
    }

    /** A pattern in RE2 syntax that compiles. */
    static void regex(String pattern, Problems problems) {
        if (pattern.isEmpty()) {
            problems.reject("REQUIRED", "is empty", "write .* for anything");
        } else if (isTooLong(pattern)) {
            tooLong(problems);
        } else {
            Regexes.problem(pattern)
                    .ifPresent(
                            text ->
                                    problems.reject(
                                            "BAD_REGEX",
                                            quoted(pattern) + " does not parse: " + text,
                                            "the syntax is RE2: no look-around, no back"
                                                    + " references"));
        }
    }

    static boolean isTooLong(String pattern) {
        return pattern.length() > Limits.PATTERN_BYTES_MAX;
    }

    static void tooLong(Problems problems) {
        problems.reject("TOO_LARGE", "is longer than " + Limits.PATTERN_BYTES_MAX + " bytes");
    }

    /** HOST or HOST:PORT. */
    static void authority(String text, Problems problems) {
        boolean withPort = HostPort.parse(text).filter(found -> found.port() > 0).isPresent();
        boolean host =
                HostPattern.parse(text)
                        .filter(found -> found.kind() == HostPattern.Kind.EXACT)
                        .filter(found -> !text.contains(":") || text.startsWith("["))
                        .isPresent();
        if (!withPort && !host) {
            problems.reject(
                    "BAD_HOST",
                    quoted(text) + " is not a host",
                    "write it like shop.example or shop.example:8443");
        }
    }

    /** A token of RFC 9110, such as a header or method name. */
    static boolean isToken(String text) {
        return !text.isEmpty()
                && text.length() <= 256
                && text.chars()
                        .allMatch(
                                c ->
                                        (c >= 'a' && c <= 'z')
                                                || (c >= 'A' && c <= 'Z')
                                                || (c >= '0' && c <= '9')
                                                || TCHAR.indexOf(c) >= 0);
    }

    /**
     * Whether text can be the value of a header field: no controls but tab, no space at its ends.
     */
    static boolean isFieldValue(String text) {
        return text.strip().equals(text)
                && text.chars().allMatch(c -> c == '\t' || (c >= ' ' && c != 0x7f));
    }

    static String quoted(String text) {
        String cut = text.length() > 100 ? text.substring(0, 100) + "..." : text;
        return '"' + CONTROLS.matcher(cut).replaceAll("?") + '"';
    }

    private static final Pattern CONTROLS = Pattern.compile("\\p{Cntrl}");
}
