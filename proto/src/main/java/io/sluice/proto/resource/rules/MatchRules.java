package io.sluice.proto.resource.rules;

import io.sluice.proto.Limits;
import io.sluice.proto.Problems;
import io.sluice.proto.resource.v1.FieldMatch;
import io.sluice.proto.resource.v1.RouteMatch;

import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Checks of the conditions of a rule. */
final class MatchRules {
    private static final Set<String> KNOWN_METHODS =
            Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT");

    private MatchRules() {}

    static void check(RouteMatch match, Problems problems) {
        if (match.hasPath()) {
            PathRules.check(match.getPath(), problems.at("path"));
        }
        methods(match.getMethodsList(), problems.at("methods"));
        fields(match.getHeadersList(), true, problems.at("headers"));
        fields(match.getCookiesList(), true, problems.at("cookies"));
        fields(match.getQueryList(), false, problems.at("query"));
    }

    private static void methods(List<String> methods, Problems problems) {
        Checks.count(methods.size(), Limits.CONDITIONS_MAX, "methods", problems);
        for (int i = 0; i < methods.size(); i++) {
            String method = methods.get(i);
            String upper = method.toUpperCase(Locale.ROOT);
            if (!Checks.isToken(method)) {
                problems.item(i).reject("BAD_METHOD", Checks.quoted(method) + " is not a method");
            } else if (!method.equals(upper) && KNOWN_METHODS.contains(upper)) {
                problems.item(i)
                        .reject(
                                "BAD_METHOD",
                                Checks.quoted(method) + " is not a method",
                                "did you mean \"" + upper + "\"?");
            }
        }
        Checks.unique(methods, "method", problems);
    }

    private static void fields(List<FieldMatch> fields, boolean tokens, Problems problems) {
        Checks.count(fields.size(), Limits.CONDITIONS_MAX, "conditions", problems);
        for (int i = 0; i < fields.size(); i++) {
            field(fields.get(i), tokens, problems.item(i));
        }
    }

    private static void field(FieldMatch field, boolean token, Problems problems) {
        String name = field.getName();
        if (name.isEmpty()) {
            problems.at("name").reject("REQUIRED", "is missing");
        } else if (token && !Checks.isToken(name)) {
            problems.at("name")
                    .reject("BAD_NAME", Checks.quoted(name) + " holds characters no such name has");
        } else if (Checks.isTooLong(name)) {
            Checks.tooLong(problems.at("name"));
        }
        switch (field.getKindCase()) {
            case EXACT -> length(field.getExact(), problems.at("exact"));
            case PREFIX -> length(field.getPrefix(), problems.at("prefix"));
            case REGEX -> Checks.regex(field.getRegex(), problems.at("regex"));
            case PRESENT -> {}
            case KIND_NOT_SET ->
                    problems.reject(
                            "REQUIRED",
                            "needs one of exact, prefix, regex and present",
                            "write present: true to ask only whether it is there");
        }
    }

    private static void length(String text, Problems problems) {
        if (Checks.isTooLong(text)) {
            Checks.tooLong(problems);
        }
    }
}
