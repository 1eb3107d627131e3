package io.sluice.proto.resource;

import io.sluice.proto.Problems;
import io.sluice.proto.Source;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A value of a YAML or JSON text, with its place. What stands in the text, not yet what it means:
 * duplicate keys are still there. Immutable; knows nothing of protobuf.
 */
public sealed interface TextNode {
    /** Where it begins. */
    Source source();

    /** Keys and values, in the order of the text. */
    record Mapping(Source source, List<Field> fields) implements TextNode {
        /** Copies the list. */
        public Mapping {
            fields = List.copyOf(fields);
        }

        /** The first value under a key; null if there is none. */
        public @Nullable TextNode get(String key) {
            for (Field field : fields) {
                if (field.key().equals(key)) {
                    return field.value();
                }
            }
            return null;
        }
    }

    /** A key, where it stands, and its value. */
    record Field(String key, Source source, TextNode value) {}

    /** A list. */
    record Sequence(Source source, List<TextNode> items) implements TextNode {
        /** Copies the list. */
        public Sequence {
            items = List.copyOf(items);
        }
    }

    /** A single value; {@code text} is as written, without quotes and escapes. */
    record Scalar(Source source, Type type, String text) implements TextNode {
        /** Whether it is null, or nothing was written. */
        public boolean isNull() {
            return type == Type.NULL;
        }
    }

    /** What a scalar is by its look. */
    enum Type {
        STRING,
        NUMBER,
        BOOLEAN,
        NULL
    }

    /** {@code a mapping}, {@code a list}, {@code text} ...: for messages. */
    default String describe() {
        return switch (this) {
            case Mapping mapping -> "a mapping";
            case Sequence sequence -> "a list";
            case Scalar scalar ->
                    switch (scalar.type()) {
                        case STRING -> "text";
                        case NUMBER -> "a number";
                        case BOOLEAN -> "true or false";
                        case NULL -> "empty";
                    };
        };
    }

    /**
     * The documents of a text: any number for YAML, one for JSON. What cannot be read is reported,
     * with its place; what came before it is still returned.
     *
     * @param fileName for places in messages; may be empty
     */
    static List<TextNode> parse(byte[] text, Format format, String fileName, Problems problems) {
        return switch (format) {
            case JSON -> JsonText.parse(text, fileName, problems);
            case YAML -> YamlText.parse(text, fileName, problems);
        };
    }

    /**
     * The tree of plain values: maps with string keys (in their order), collections, strings,
     * numbers, booleans, nulls, and trees already made. It stands nowhere.
     *
     * @throws IllegalArgumentException for any other class
     */
    static TextNode of(@Nullable Object value) {
        Source nowhere = new Source("", 0, 0);
        return switch (value) {
            case null -> new Scalar(nowhere, Type.NULL, "null");
            case TextNode node -> node;
            case String text -> new Scalar(nowhere, Type.STRING, text);
            case Number number -> new Scalar(nowhere, Type.NUMBER, number.toString());
            case Boolean bool -> new Scalar(nowhere, Type.BOOLEAN, bool.toString());
            case Map<?, ?> map -> {
                List<Field> fields = new ArrayList<>(map.size());
                map.forEach((key, item) -> fields.add(new Field((String) key, nowhere, of(item))));
                yield new Mapping(nowhere, fields);
            }
            case Iterable<?> items -> {
                List<TextNode> nodes = new ArrayList<>();
                items.forEach(item -> nodes.add(of(item)));
                yield new Sequence(nowhere, nodes);
            }
            default -> throw new IllegalArgumentException("no text form: " + value.getClass());
        };
    }

    /** This tree as JSON; two spaces to a level, no line break at the end. */
    default String toJson() {
        return JsonWriter.write(this, true);
    }

    /** This tree as JSON on one line. */
    default String toCompactJson() {
        return JsonWriter.write(this, false);
    }

    /** This tree as a YAML document without {@code ---}, with a line break at the end. */
    default String toYaml() {
        return YamlWriter.write(this);
    }
}
