package io.sluice.proto.resource;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.OneofDescriptor;
import com.google.protobuf.Message;

import io.sluice.proto.DidYouMean;
import io.sluice.proto.Problems;
import io.sluice.proto.Source;
import io.sluice.proto.resource.TextNode.Field;
import io.sluice.proto.resource.TextNode.Mapping;
import io.sluice.proto.resource.TextNode.Scalar;
import io.sluice.proto.resource.TextNode.Sequence;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Fills a message from a tree. Goes on after each problem, so that all are found; what is wrong is
 * left out.
 */
final class MessageReader {
    private MessageReader() {}

    static void read(TextNode node, Message.Builder into, Problems problems) {
        if (!(node instanceof Mapping mapping)) {
            wrongType(node, "a mapping", problems);
            return;
        }
        Map<FieldDescriptor, Source> seen = new HashMap<>();
        for (Field entry : mapping.fields()) {
            FieldDescriptor field = Schema.field(into.getDescriptorForType(), entry.key());
            if (field == null) {
                unknownField(entry, into, problems);
                continue;
            }
            Problems at = problems.at(field.getJsonName());
            Source before = seen.putIfAbsent(field, entry.source());
            if (before != null) {
                duplicate(entry, before, at);
            } else if (!isNull(entry.value()) && isFree(field, entry, into, problems)) {
                value(field, entry, into, at);
            }
        }
    }

    /** The problem of a value that is not what was expected. */
    static void wrongType(TextNode node, String expected, Problems problems) {
        String hint = "";
        if (node instanceof Mapping && expected.equals("text")) {
            hint = "put quotes around it if it is meant as text";
        }
        problems.from(node.source())
                .reject("WRONG_TYPE", "is " + node.describe() + ", not " + expected, hint);
    }

    /** The problem of a key that stands twice in one mapping. */
    static void duplicate(Field entry, Source before, Problems problems) {
        problems.from(entry.source())
                .reject("DUPLICATE_KEY", "is given twice, first in line " + before.line());
    }

    private static void unknownField(Field entry, Message.Builder into, Problems problems) {
        List<String> names = Schema.fieldNames(into.getDescriptorForType());
        String hint = DidYouMean.hint(entry.key(), names);
        if (hint.isEmpty()) {
            hint =
                    names.isEmpty()
                            ? "nothing can be set here"
                            : "known here: " + String.join(", ", names);
        }
        problems.at(Places.keyInPath(entry.key()))
                .from(entry.source())
                .reject("UNKNOWN_FIELD", "is not a known field", hint);
    }

    /** False, and a problem, where another field of the same oneof is there already. */
    private static boolean isFree(
            FieldDescriptor field, Field entry, Message.Builder into, Problems problems) {
        OneofDescriptor oneof = field.getRealContainingOneof();
        if (oneof == null || !into.hasOneof(oneof)) {
            return true;
        }
        String other = into.getOneofFieldDescriptor(oneof).getJsonName();
        problems.from(entry.source())
                .reject(
                        "TOO_MANY",
                        "only one of " + other + " and " + field.getJsonName() + " can be given");
        return false;
    }

    private static void value(
            FieldDescriptor field, Field entry, Message.Builder into, Problems problems) {
        if (field.isMapField()) {
            map(field, entry.value(), into, problems);
        } else if (field.isRepeated()) {
            list(field, entry, into, problems);
        } else {
            single(field, entry.value(), into, problems)
                    .ifPresent(value -> into.setField(field, value));
        }
    }

    private static void list(
            FieldDescriptor field, Field entry, Message.Builder into, Problems problems) {
        if (!(entry.value() instanceof Sequence sequence)) {
            problems.from(entry.value().source())
                    .reject(
                            "WRONG_TYPE",
                            "is " + entry.value().describe() + ", not a list",
                            "write it as [ ... ], or each item on a line with a dash");
            return;
        }
        int index = 0;
        for (TextNode item : sequence.items()) {
            Problems at = problems.item(index++);
            if (isNull(item)) {
                at.from(item.source()).reject("WRONG_TYPE", "is empty");
            } else {
                single(field, item, into, at)
                        .ifPresent(value -> into.addRepeatedField(field, value));
            }
        }
    }

    private static void map(
            FieldDescriptor field, TextNode node, Message.Builder into, Problems problems) {
        if (!(node instanceof Mapping mapping)) {
            wrongType(node, "a mapping", problems);
            return;
        }
        FieldDescriptor keyField = field.getMessageType().findFieldByNumber(1);
        FieldDescriptor valueField = field.getMessageType().findFieldByNumber(2);
        Set<String> seen = new HashSet<>();
        for (Field entry : mapping.fields()) {
            Problems at = problems.key(entry.key());
            if (!seen.add(entry.key())) {
                duplicate(entry, entry.source(), at);
                continue;
            }
            if (isNull(entry.value())) {
                at.from(entry.value().source())
                        .reject("WRONG_TYPE", "is empty", "write \"\" for an empty text");
                continue;
            }
            Message.Builder row = into.newBuilderForField(field);
            row.setField(keyField, entry.key());
            single(valueField, entry.value(), row, at)
                    .ifPresent(
                            value ->
                                    into.addRepeatedField(
                                            field, row.setField(valueField, value).build()));
        }
    }

    private static Optional<Object> single(
            FieldDescriptor field, TextNode node, Message.Builder parent, Problems problems) {
        if (Schema.isDuration(field)) {
            return ScalarReader.duration(node, problems);
        }
        if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
            Message.Builder child = parent.newBuilderForField(field);
            read(node, child, problems);
            return Optional.of(child.build());
        }
        return ScalarReader.read(field, node, problems);
    }

    private static boolean isNull(TextNode node) {
        return node instanceof Scalar scalar && scalar.isNull();
    }
}
