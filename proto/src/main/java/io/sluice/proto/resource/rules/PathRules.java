package io.sluice.proto.resource.rules;

import io.sluice.proto.Problems;
import io.sluice.proto.resource.v1.PathMatch;

import java.util.Optional;

/** Checks of paths, as patterns and as replacements. */
final class PathRules {

    private PathRules() {}

    static void check(PathMatch match, Problems problems) {
        switch (match.getKindCase()) {
            case EXACT -> path(match.getExact(), problems.at("exact"));
            case PREFIX -> path(match.getPrefix(), problems.at("prefix"));
            case REGEX -> regex(match.getRegex(), problems.at("regex"));
            case KIND_NOT_SET ->
                    problems.reject("REQUIRED", "needs one of exact, prefix and regex");
        }
    }

    /** A path without query, in the form that requests are matched in. */
    static void path(String path, Problems problems) {
        if (!syntax(path, problems)) {
            return;
        }
        if (path.indexOf('?') >= 0) {
            problems.reject(
                    "BAD_PATH",
                    Checks.quoted(path) + " has a query",
                    "match query parameters under query");
            return;
        }
        Optional<String> normal = PathNormalizer.normalize(path);
        if (normal.isEmpty()) {
            problems.reject(
                    "BAD_PATH",
                    Checks.quoted(path) + " has a bad escape, or leads above the root",
                    "an escape is % and two hexadecimal digits");
        } else if (!normal.get().equals(path)) {
            problems.reject(
                    "BAD_PATH",
                    Checks.quoted(path) + " is not in the form in which paths are matched",
                    "write " + Checks.quoted(normal.get()));
        }
    }

    /** A path, perhaps with query, to send. */
    static void target(String path, Problems problems) {
        syntax(path, problems);
    }

    private static boolean syntax(String path, Problems problems) {
        if (!path.startsWith("/")) {
            problems.reject(
                    "BAD_PATH",
                    path.isEmpty() ? "is empty" : Checks.quoted(path) + " does not begin with /",
                    path.isEmpty() ? "" : "did you mean " + Checks.quoted("/" + path) + "?");
            return false;
        }
        if (Checks.isTooLong(path)) {
            Checks.tooLong(problems);
            return false;
        }
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            boolean fine = c > ' ' && c < 0x7f && c != '#';
            if (!fine) {
                problems.reject(
                        "BAD_PATH",
                        Checks.quoted(path) + " holds a character that no path has",
                        c == '#' ? "what follows # never leaves the client" : "write it as %XX");
                return false;
            }
        }
        return true;
    }

    private static void regex(String pattern, Problems problems) {
        Checks.regex(pattern, problems);
        String first = Regexes.literalPrefix(pattern);
        if (!first.isEmpty() && first.charAt(0) != '/') {
            problems.warn(
                    "NEVER_MATCHES",
                    Checks.quoted(pattern) + " matches no path: every path begins with /",
                    "the pattern stands for the whole path");
        }
    }
}
