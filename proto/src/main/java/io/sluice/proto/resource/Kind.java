package io.sluice.proto.resource;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The kinds of resources. The order is the one in which they are listed and applied. */
public enum Kind {
    LISTENER,
    ROUTE,
    CLUSTER,
    CERTIFICATE;

    private final String singular = name().toLowerCase(Locale.ROOT);
    private final String title = name().charAt(0) + singular.substring(1);

    /** {@code listener}: in messages and on the command line. */
    public String singular() {
        return singular;
    }

    /** {@code listeners}: in paths of the REST API. */
    public String plural() {
        return singular + "s";
    }

    /** {@code Listener}: in YAML and JSON. */
    public String title() {
        return title;
    }

    /** The kind of this name, singular or plural, in any case; empty for anything else. */
    public static Optional<Kind> parse(String text) {
        for (Kind kind : values()) {
            if (text.equalsIgnoreCase(kind.singular) || text.equalsIgnoreCase(kind.plural())) {
                return Optional.of(kind);
            }
        }
        return Optional.empty();
    }

    /** {@code Listener, Route ...}, for messages. */
    public static List<String> titles() {
        return Arrays.stream(values()).map(Kind::title).toList();
    }
}
