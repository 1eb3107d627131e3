package io.sluice.cli.command;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What {@code -o} takes. */
enum OutputFormat {
    TABLE,
    WIDE,
    JSON,
    YAML,
    NAME;

    static Optional<OutputFormat> parse(String text) {
        return Arrays.stream(values()).filter(format -> format.word().equals(text)).findFirst();
    }

    static List<String> words() {
        return Arrays.stream(values()).map(OutputFormat::word).toList();
    }

    private String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
