package io.sluice.cli.output;

import io.sluice.cli.json.Json;

import java.util.Locale;

/** Problems as they come in JSON, one line each: the same text as everywhere else in Sluice. */
public final class ProblemLines {
    private ProblemLines() {}

    /** {@code shop.yaml:57:18: route shop: rules[3].name: is missing; ...}. */
    public static String of(Json problem) {
        StringBuilder line = new StringBuilder();
        if (problem.has("line")) {
            String file = problem.text("file");
            line.append(file.isEmpty() ? "line " : file + ":")
                    .append(problem.text("line"))
                    .append(':')
                    .append(problem.text("column"))
                    .append(": ");
        }
        if (problem.has("name")) {
            line.append(problem.text("kind").toLowerCase(Locale.ROOT))
                    .append(' ')
                    .append(problem.text("name"))
                    .append(": ");
        }
        append(line, "", problem.text("field"), ": ");
        append(line, "", problem.text("message"), "");
        append(line, "; ", problem.text("hint"), "");
        return Terminal.printable(line.toString());
    }

    private static void append(StringBuilder line, String before, String text, String after) {
        if (!text.isEmpty()) {
            line.append(before).append(text).append(after);
        }
    }
}
