package io.sluice.proto.resource.rules;

import io.sluice.proto.resource.v1.PathMatch;

import java.util.Comparator;

/** The path of a match, in canonical form. */
public sealed interface PathPattern {
    /** The whole path. */
    record Exact(String path) implements PathPattern {}

    /**
     * Whole segments.
     *
     * @param path without a trailing slash: empty stands for every path
     */
    record Prefix(String path) implements PathPattern {
        /** Whether a path that begins with a slash is this one or below it. */
        public boolean matches(String other) {
            return other.startsWith(path)
                    && (other.length() == path.length() || other.charAt(path.length()) == '/');
        }
    }

    /** RE2 syntax, over the whole path. */
    record Regex(String pattern) implements PathPattern {}

    /** Every path. */
    PathPattern ALL = new Prefix("");

    /** Exact, then the longest prefix, then the longest regex. Says 0 for paths of equal rank. */
    Comparator<PathPattern> PRECEDENCE =
            Comparator.comparingInt(PathPattern::kindRank)
                    .thenComparing(Comparator.comparingInt(PathPattern::length).reversed());

    /** The pattern of a match; {@link #ALL} where nothing is set. */
    static PathPattern of(PathMatch match) {
        return switch (match.getKindCase()) {
            case EXACT -> new Exact(match.getExact());
            case PREFIX -> prefix(match.getPrefix());
            case REGEX -> new Regex(match.getRegex());
            case KIND_NOT_SET -> ALL;
        };
    }

    /** The prefix of a text: {@code /x/} is {@code /x}, {@code /} is every path. */
    static PathPattern.Prefix prefix(String path) {
        return new Prefix(path.endsWith("/") ? path.substring(0, path.length() - 1) : path);
    }

    private static int kindRank(PathPattern pattern) {
        return switch (pattern) {
            case Exact exact -> 0;
            case Prefix prefix -> 1;
            case Regex regex -> 2;
        };
    }

    private static int length(PathPattern pattern) {
        return switch (pattern) {
            case Exact exact -> 0;
            case Prefix prefix -> prefix.path().length();
            case Regex regex -> regex.pattern().length();
        };
    }
}
