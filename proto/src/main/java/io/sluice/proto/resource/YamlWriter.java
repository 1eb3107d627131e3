package io.sluice.proto.resource;

import io.sluice.proto.resource.TextNode.Field;
import io.sluice.proto.resource.TextNode.Mapping;
import io.sluice.proto.resource.TextNode.Scalar;
import io.sluice.proto.resource.TextNode.Sequence;

/** A tree to YAML in block style; short lists of plain values stay on one line. */
final class YamlWriter {
    private static final int FLOW_CHARS_MAX = 80;

    private final StringBuilder out = new StringBuilder();

    private YamlWriter() {}

    static String write(TextNode node) {
        YamlWriter writer = new YamlWriter();
        switch (node) {
            case Mapping mapping when !mapping.fields().isEmpty() -> writer.fields(mapping, 0);
            case Sequence sequence when !sequence.items().isEmpty() -> writer.items(sequence, 0);
            case Mapping mapping -> writer.out.append("{}\n");
            case Sequence sequence -> writer.out.append("[]\n");
            case Scalar scalar -> {
                writer.scalar(scalar, 0, false);
                writer.out.append('\n');
            }
        }
        return writer.out.toString();
    }

    private void fields(Mapping mapping, int level) {
        boolean first = true;
        for (Field field : mapping.fields()) {
            if (!first) {
                out.repeat("  ", level);
            }
            text(field.key(), false);
            out.append(':');
            value(field.value(), level);
            first = false;
        }
    }

    /** What follows a key, with the line break. */
    private void value(TextNode value, int level) {
        switch (value) {
            case Mapping mapping when mapping.fields().isEmpty() -> out.append(" {}\n");
            case Mapping mapping -> {
                out.append('\n').repeat("  ", level + 1);
                fields(mapping, level + 1);
            }
            case Sequence sequence -> {
                String flow = flow(sequence);
                if (!flow.isEmpty()) {
                    out.append(' ').append(flow).append('\n');
                } else {
                    out.append('\n').repeat("  ", level + 1);
                    items(sequence, level + 1);
                }
            }
            case Scalar scalar -> {
                out.append(' ');
                scalar(scalar, level + 1, false);
                out.append('\n');
            }
        }
    }

    private void items(Sequence sequence, int level) {
        boolean first = true;
        for (TextNode item : sequence.items()) {
            if (!first) {
                out.repeat("  ", level);
            }
            out.append("- ");
            switch (item) {
                case Mapping mapping when !mapping.fields().isEmpty() -> fields(mapping, level + 1);
                case Mapping mapping -> out.append("{}\n");
                case Sequence nested when !nested.items().isEmpty() -> items(nested, level + 1);
                case Sequence nested -> out.append("[]\n");
                case Scalar scalar -> {
                    scalar(scalar, level + 1, false);
                    out.append('\n');
                }
            }
            first = false;
        }
    }

    /** A list on one line; empty where it is too long or holds more than plain values. */
    private static String flow(Sequence sequence) {
        YamlWriter line = new YamlWriter();
        line.out.append('[');
        for (TextNode item : sequence.items()) {
            if (!(item instanceof Scalar scalar) || line.out.length() > FLOW_CHARS_MAX) {
                return "";
            }
            if (line.out.length() > 1) {
                line.out.append(", ");
            }
            line.scalar(scalar, 0, true);
        }
        line.out.append(']');
        return line.out.length() > FLOW_CHARS_MAX ? "" : line.out.toString();
    }

    private void scalar(Scalar scalar, int level, boolean inFlow) {
        String value = scalar.text();
        if (scalar.type() == TextNode.Type.NULL) {
            out.append("null");
        } else if (scalar.type() != TextNode.Type.STRING) {
            out.append(value);
        } else if (!inFlow && level > 0 && canBeLiteral(value)) {
            literal(value, level);
        } else {
            text(value, inFlow);
        }
    }

    private void text(String value, boolean inFlow) {
        if (YamlScalars.canBePlain(value, inFlow)) {
            out.append(value);
        } else {
            JsonWriter.quote(value, out);
        }
    }

    /** Several lines of printable ASCII: certificates. All else in quotes. */
    private static boolean canBeLiteral(String value) {
        boolean lines = value.indexOf('\n') > 0 && !value.endsWith("\n\n");
        return lines
                && value.charAt(0) != ' '
                && !value.contains(" \n")
                && value.chars().allMatch(c -> c == '\n' || (c >= ' ' && c <= '~'));
    }

    private void literal(String value, int level) {
        out.append(value.endsWith("\n") ? "|" : "|-");
        for (String line : value.lines().toList()) {
            out.append('\n');
            if (!line.isEmpty()) {
                out.repeat("  ", level).append(line);
            }
        }
    }
}
