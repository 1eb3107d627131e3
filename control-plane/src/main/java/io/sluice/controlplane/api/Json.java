package io.sluice.controlplane.api;

import io.sluice.proto.resource.TextNode;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/** A JSON object under construction; keeps the order. One thread. */
final class Json {
    private final Map<String, @Nullable Object> fields = new LinkedHashMap<>();

    private Json() {}

    static Json object() {
        return new Json();
    }

    /** Adds a field: null, text, number, boolean, time, object, list of these, or a tree. */
    Json put(String name, @Nullable Object value) {
        fields.put(name, plain(value));
        return this;
    }

    /** Adds a field unless the text is empty. */
    Json putText(String name, String value) {
        return value.isEmpty() ? this : put(name, value);
    }

    /** The tree of this object. */
    TextNode tree() {
        return TextNode.of(fields);
    }

    private static @Nullable Object plain(@Nullable Object value) {
        return switch (value) {
            case null -> null;
            case Json object -> object.fields;
            case Instant time -> time.toString();
            case Collection<?> items -> items.stream().map(Json::plain).toList();
            default -> value;
        };
    }
}
