package io.sluice.proto.resource;

import io.sluice.proto.resource.TextNode.Field;
import io.sluice.proto.resource.TextNode.Mapping;
import io.sluice.proto.resource.TextNode.Scalar;
import io.sluice.proto.resource.TextNode.Sequence;

/** A tree to JSON. */
final class JsonWriter {
    private static final String HEX = "0123456789abcdef";

    private final StringBuilder out = new StringBuilder();
    private final boolean indented;

    private JsonWriter(boolean indented) {
        this.indented = indented;
    }

    static String write(TextNode node, boolean indented) {
        JsonWriter writer = new JsonWriter(indented);
        writer.node(node, 0);
        return writer.out.toString();
    }

    /** Text in double quotes with JSON's escapes, which YAML understands too. */
    static void quote(String text, StringBuilder out) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (c < 0x20 || (c >= 0x7f && c < 0xa0) || mustEscape(c)) {
                        escape(c, out);
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }

    private void node(TextNode node, int level) {
        switch (node) {
            case Mapping mapping -> mapping(mapping, level);
            case Sequence sequence -> sequence(sequence, level);
            case Scalar scalar -> {
                if (scalar.type() == TextNode.Type.STRING) {
                    quote(scalar.text(), out);
                } else {
                    out.append(scalar.type() == TextNode.Type.NULL ? "null" : scalar.text());
                }
            }
        }
    }

    private void mapping(Mapping mapping, int level) {
        out.append('{');
        String separator = "";
        for (Field field : mapping.fields()) {
            out.append(separator);
            lineBreak(level + 1);
            quote(field.key(), out);
            out.append(indented ? ": " : ":");
            node(field.value(), level + 1);
            separator = ",";
        }
        if (!mapping.fields().isEmpty()) {
            lineBreak(level);
        }
        out.append('}');
    }

    private void sequence(Sequence sequence, int level) {
        out.append('[');
        String separator = "";
        for (TextNode item : sequence.items()) {
            out.append(separator);
            lineBreak(level + 1);
            node(item, level + 1);
            separator = ",";
        }
        if (!sequence.items().isEmpty()) {
            lineBreak(level);
        }
        out.append(']');
    }

    private void lineBreak(int level) {
        if (indented) {
            out.append('\n').repeat("  ", level);
        }
    }

    /** Separators that end lines in YAML, and the byte order mark. */
    private static boolean mustEscape(char c) {
        return c == '\u2028' || c == '\u2029' || c == '\uFEFF' || c >= '\uFFFE';
    }

    private static void escape(char c, StringBuilder out) {
        out.append("\\u")
                .append(HEX.charAt(c >> 12))
                .append(HEX.charAt(c >> 8 & 15))
                .append(HEX.charAt(c >> 4 & 15))
                .append(HEX.charAt(c & 15));
    }
}
