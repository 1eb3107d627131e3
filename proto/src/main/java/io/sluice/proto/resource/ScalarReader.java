package io.sluice.proto.resource;

import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;

import io.sluice.proto.DidYouMean;
import io.sluice.proto.DurationText;
import io.sluice.proto.Problems;
import io.sluice.proto.SizeText;
import io.sluice.proto.resource.TextNode.Scalar;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** The values of single fields. Never repeats a secret in a message. */
final class ScalarReader {
    private static final int SHOWN_CHARS_MAX = 60;
    private static final long UINT32_MAX = 0xffff_ffffL;

    private ScalarReader() {}

    static Optional<Object> read(FieldDescriptor field, TextNode node, Problems problems) {
        return switch (field.getJavaType()) {
            case STRING -> string(field, node, problems);
            case BOOLEAN -> bool(node, problems);
            case INT, LONG -> integer(field, node, problems);
            case ENUM -> enumValue(field, node, problems);
            case FLOAT, DOUBLE, BYTE_STRING, MESSAGE ->
                    throw new IllegalStateException("no text form yet: " + field.getFullName());
        };
    }

    static Optional<Object> duration(TextNode node, Problems problems) {
        if (!(node instanceof Scalar scalar) || scalar.type() == TextNode.Type.BOOLEAN) {
            MessageReader.wrongType(node, "a duration", problems);
            return Optional.empty();
        }
        Optional<Object> duration = DurationText.parse(scalar.text()).map(value -> value);
        if (duration.isEmpty()) {
            String hint =
                    scalar.type() == TextNode.Type.NUMBER && !scalar.text().startsWith("-")
                            ? "add the unit: " + scalar.text() + "s, or " + scalar.text() + "ms"
                            : "write it like 500ms, 1.5s, 5m or 1h";
            problems.from(scalar.source())
                    .reject("BAD_DURATION", shown(scalar) + " is not a duration", hint);
        }
        return duration;
    }

    private static Optional<Object> string(
            FieldDescriptor field, TextNode node, Problems problems) {
        if (!(node instanceof Scalar scalar)) {
            MessageReader.wrongType(node, "text", problems);
            return Optional.empty();
        }
        boolean number = scalar.type() == TextNode.Type.NUMBER && Schema.mayBeNumber(field);
        if (scalar.type() != TextNode.Type.STRING && !number) {
            String hint =
                    Schema.isSensitive(field) ? "" : "write \"" + scalar.text() + "\" in quotes";
            problems.from(scalar.source())
                    .reject("WRONG_TYPE", "is " + scalar.describe() + ", not text", hint);
            return Optional.empty();
        }
        if (!isUnicode(scalar.text())) {
            problems.from(scalar.source()).reject("BAD_TEXT", "holds half a character");
            return Optional.empty();
        }
        return Optional.of(scalar.text());
    }

    private static Optional<Object> bool(TextNode node, Problems problems) {
        if (node instanceof Scalar scalar && scalar.type() == TextNode.Type.BOOLEAN) {
            return Optional.of(scalar.text().equalsIgnoreCase("true"));
        }
        MessageReader.wrongType(node, "true or false", problems);
        return Optional.empty();
    }

    private static Optional<Object> integer(
            FieldDescriptor field, TextNode node, Problems problems) {
        if (!(node instanceof Scalar scalar) || scalar.type() == TextNode.Type.BOOLEAN) {
            MessageReader.wrongType(node, "a whole number", problems);
            return Optional.empty();
        }
        boolean size = Schema.isSize(field);
        if (scalar.type() == TextNode.Type.STRING && !size) {
            String hint = isDigits(scalar.text()) ? "leave out the quotes" : "";
            problems.from(scalar.source())
                    .reject("WRONG_TYPE", shown(scalar) + " is not a whole number", hint);
            return Optional.empty();
        }
        OptionalLong value = size ? SizeText.parseBytes(scalar.text()) : parseLong(scalar.text());
        boolean is32 = field.getJavaType() == FieldDescriptor.JavaType.INT;
        if (value.isEmpty() || (is32 && value.getAsLong() > UINT32_MAX)) {
            badNumber(scalar, size, problems);
            return Optional.empty();
        }
        // uint32 is an int in Java; a value above its positive half must not turn negative on the
        // way to the rules.
        if (is32 && value.getAsLong() > Integer.MAX_VALUE) {
            problems.from(scalar.source()).reject("OUT_OF_RANGE", scalar.text() + " is too large");
            return Optional.empty();
        }
        return is32 ? Optional.of((int) value.getAsLong()) : Optional.of(value.getAsLong());
    }

    private static void badNumber(Scalar scalar, boolean size, Problems problems) {
        Problems at = problems.from(scalar.source());
        if (size) {
            at.reject(
                    "BAD_SIZE",
                    shown(scalar) + " is not a size",
                    "write it like 512B, 64KiB or 1MiB");
            return;
        }
        if (scalar.text().startsWith("-") && isDigits(scalar.text().substring(1))) {
            at.reject("OUT_OF_RANGE", scalar.text() + " is negative");
            return;
        }
        if (isDigits(scalar.text())) {
            at.reject("OUT_OF_RANGE", shown(scalar) + " is too large");
            return;
        }
        at.reject("WRONG_TYPE", shown(scalar) + " is not a whole number");
    }

    private static Optional<Object> enumValue(
            FieldDescriptor field, TextNode node, Problems problems) {
        if (!(node instanceof Scalar scalar) || scalar.type() != TextNode.Type.STRING) {
            MessageReader.wrongType(node, "text", problems);
            return Optional.empty();
        }
        EnumValueDescriptor value = Schema.enumValue(field.getEnumType(), scalar.text());
        if (value == null) {
            List<String> known = Schema.enumTexts(field.getEnumType());
            String hint = DidYouMean.hint(scalar.text(), known);
            problems.from(scalar.source())
                    .reject(
                            "UNKNOWN_VALUE",
                            shown(scalar) + " is not known here",
                            hint.isEmpty() ? "known: " + String.join(", ", known) : hint);
            return Optional.empty();
        }
        return Optional.of(value);
    }

    private static OptionalLong parseLong(String text) {
        boolean fits = isDigits(text) && text.length() <= 18;
        return fits ? OptionalLong.of(Long.parseLong(text)) : OptionalLong.empty();
    }

    private static boolean isDigits(String text) {
        return !text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    /** Whether no surrogate stands alone: such text has no bytes. */
    private static boolean isUnicode(String text) {
        return text.codePoints().noneMatch(c -> c >= 0xd800 && c <= 0xdfff);
    }

    private static String shown(Scalar scalar) {
        String text = scalar.text();
        String cut =
                text.length() > SHOWN_CHARS_MAX ? text.substring(0, SHOWN_CHARS_MAX) + "..." : text;
        return "\"" + cut.replaceAll("\\p{Cntrl}", "?") + "\"";
    }
}
