package io.sluice.controlplane.api;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The media types of documents, and how clients ask for one (RFC 9110 sections 8.3 and 12.5.1). */
enum MediaType {
    JSON(
            "application/json",
            List.of("application/json", "text/json", "application/merge-patch+json")),
    YAML(
            "application/yaml",
            List.of("application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml"));

    /** What a document is offered in. */
    static final List<String> DOCUMENT = List.of(JSON.text, YAML.text);

    /** What a merge patch may come in. */
    static final List<String> PATCH = List.of("application/merge-patch+json", JSON.text, YAML.text);

    private final String text;

    @SuppressWarnings("ImmutableEnumChecker") // Made with List.of.
    private final List<String> names;

    MediaType(String text, List<String> names) {
        this.text = text;
        this.names = names;
    }

    /** As written in Content-Type. */
    String text() {
        return text;
    }

    /** The type of a body; JSON where nothing is said, empty for what we do not read. */
    static Optional<MediaType> ofContentType(@Nullable String header) {
        if (header == null || header.isBlank()) {
            return Optional.of(JSON);
        }
        String[] parts = header.split(";", -1);
        for (int i = 1; i < parts.length; i++) {
            String parameter = parts[i].strip().toLowerCase(Locale.ROOT).replace("\"", "");
            if (parameter.startsWith("charset=") && !parameter.equals("charset=utf-8")) {
                return Optional.empty();
            }
        }
        return named(parts[0].strip());
    }

    /** The type that the client likes best; JSON where it does not care, empty if none. */
    static Optional<MediaType> ofAccept(@Nullable String header) {
        if (header == null || header.isBlank()) {
            return Optional.of(JSON);
        }
        double json = quality(header, JSON);
        double yaml = quality(header, YAML);
        if (json <= 0 && yaml <= 0) {
            return Optional.empty();
        }
        return Optional.of(yaml > json ? YAML : JSON);
    }

    private static Optional<MediaType> named(String name) {
        for (MediaType type : values()) {
            if (type.names.contains(name.toLowerCase(Locale.ROOT))) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }

    private static double quality(String header, MediaType type) {
        double quality = 0;
        int exactness = 0;
        for (String range : header.split(",", -1)) {
            String[] parts = range.split(";", -1);
            String name = parts[0].strip().toLowerCase(Locale.ROOT);
            int match =
                    type.names.contains(name)
                            ? 3
                            : matchesHalf(name, type) ? 2 : name.equals("*/*") ? 1 : 0;
            if (match > exactness) {
                exactness = match;
                quality = weight(parts);
            } else if (match > 0 && match == exactness) {
                quality = Math.max(quality, weight(parts));
            }
        }
        return quality;
    }

    private static boolean matchesHalf(String range, MediaType type) {
        return range.endsWith("/*") && type.text.startsWith(range.substring(0, range.length() - 1));
    }

    private static double weight(String[] parts) {
        for (int i = 1; i < parts.length; i++) {
            String parameter = parts[i].strip().toLowerCase(Locale.ROOT);
            if (parameter.startsWith("q=")) {
                try {
                    return Double.parseDouble(parameter.substring(2));
                } catch (NumberFormatException e) {
                    return 0; // a weight that is none makes the range worthless
                }
            }
        }
        return 1;
    }
}
