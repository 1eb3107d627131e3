package io.sluice.proto;

import java.util.ArrayList;
import java.util.List;

/** Paths such as {@code rules[3].match.path.regex} and {@code labels["a.b"]}, taken apart. */
public final class FieldPath {
    private FieldPath() {}

    /** {@code rules}, {@code 3}, {@code match} ...: names, indices and unquoted keys. */
    public static List<String> steps(String path) {
        List<String> steps = new ArrayList<>();
        StringBuilder step = new StringBuilder();
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            if (path.startsWith("[\"", i)) {
                flush(step, steps);
                int end = path.indexOf("\"]", i + 2);
                end = end < 0 ? path.length() : end;
                steps.add(path.substring(i + 2, end).replace("\\\"", "\""));
                i = end + 1;
            } else if (c == '.' || c == '[' || c == ']') {
                flush(step, steps);
            } else {
                step.append(c);
            }
        }
        flush(step, steps);
        return steps;
    }

    /** Whether a path begins in the resource itself (kind, name, labels) and not in its spec. */
    public static boolean isOutsideSpec(List<String> steps) {
        return !steps.isEmpty()
                && switch (steps.getFirst()) {
                    case "kind", "name", "labels" -> true;
                    default -> false;
                };
    }

    static String pointer(String path) {
        List<String> steps = steps(path);
        StringBuilder pointer = new StringBuilder(isOutsideSpec(steps) ? "" : "/spec");
        for (String step : steps) {
            pointer.append('/').append(step.replace("~", "~0").replace("/", "~1"));
        }
        return pointer.toString();
    }

    private static void flush(StringBuilder step, List<String> steps) {
        if (!step.isEmpty()) {
            steps.add(step.toString());
            step.setLength(0);
        }
    }
}
