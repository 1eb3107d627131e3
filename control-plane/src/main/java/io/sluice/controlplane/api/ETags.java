package io.sluice.controlplane.api;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Entity tags in headers (RFC 9110 section 8.8.3): in quotes there, without them everywhere else.
 */
final class ETags {
    /** Matches whatever exists. */
    static final String ANY = "*";

    private ETags() {}

    static String quoted(String etag) {
        return "\"" + etag + "\"";
    }

    /**
     * What If-Match demands of a resource: null for nothing, {@link #ANY}, or an etag. Of several
     * the one that the resource has, if it has one of them.
     */
    static @Nullable String demanded(Optional<String> header, @Nullable String current) {
        if (header.isEmpty()) {
            return null;
        }
        List<String> tags = split(header.get());
        for (String tag : tags) {
            if (tag.equals(ANY) || tag.equals(current)) {
                return tag;
            }
        }
        return tags.getFirst();
    }

    /** Whether If-None-Match says that the client has this already; weak comparison. */
    static boolean known(Optional<String> header, String etag) {
        if (header.isEmpty()) {
            return false;
        }
        return split(header.get()).stream()
                .anyMatch(
                        tag ->
                                tag.equals(ANY)
                                        || tag.equals(etag)
                                        || tag.equals("W/" + quoted(etag)));
    }

    /** Strong tags without quotes, weak ones as they are: they never equal an etag of ours. */
    private static List<String> split(String header) {
        return Arrays.stream(header.split(",", -1)).map(String::strip).map(ETags::bare).toList();
    }

    private static String bare(String tag) {
        boolean quoted = tag.length() >= 2 && tag.startsWith("\"") && tag.endsWith("\"");
        return quoted ? tag.substring(1, tag.length() - 1) : tag;
    }
}
