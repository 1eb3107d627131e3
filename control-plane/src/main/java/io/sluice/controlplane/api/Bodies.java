package io.sluice.controlplane.api;

import io.sluice.proto.DidYouMean;
import io.sluice.proto.Problems;
import io.sluice.proto.resource.Format;
import io.sluice.proto.resource.TextNode;

import org.jspecify.annotations.Nullable;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Request bodies as trees. */
final class Bodies {
    private Bodies() {}

    static Format format(Call call) {
        return switch (call.bodyType()) {
            case JSON -> Format.JSON;
            case YAML -> Format.YAML;
        };
    }

    /** All documents of a body. */
    static List<TextNode> all(Call call, String fileName, Problems problems) {
        if (call.body().length == 0) {
            problems.reject("MISSING_BODY", "the request needs a body", "send JSON or YAML");
            return List.of();
        }
        return TextNode.parse(call.body(), format(call), fileName, problems);
    }

    /** The body, which must be one document. */
    static Optional<TextNode> one(Call call, Problems problems) {
        List<TextNode> documents = all(call, "", problems);
        if (documents.size() > 1) {
            problems.from(documents.get(1).source())
                    .reject(
                            "TOO_MANY_DOCUMENTS",
                            "only one document can be sent here",
                            "POST several to /api/v1/changesets");
            return Optional.empty();
        }
        if (documents.isEmpty() && !problems.hasErrors()) {
            problems.reject("MISSING_BODY", "the body is empty", "send JSON or YAML");
        }
        return documents.stream().findFirst();
    }

    /** The text under {@code name}, if there is any. */
    static Optional<String> nameOf(TextNode node) {
        return node instanceof TextNode.Mapping mapping
                        && mapping.get("name") instanceof TextNode.Scalar scalar
                        && scalar.type() == TextNode.Type.STRING
                ? Optional.of(scalar.text())
                : Optional.empty();
    }

    /** Rejects fields that are not known, and fields that are there twice. */
    static void checkFields(TextNode.Mapping mapping, List<String> known, Problems problems) {
        Set<String> seen = new HashSet<>();
        for (TextNode.Field field : mapping.fields()) {
            Problems at = problems.at(field.key()).from(field.source());
            if (!known.contains(field.key())) {
                String hint = DidYouMean.hint(field.key(), known);
                at.reject(
                        "UNKNOWN_FIELD",
                        "unknown field",
                        hint.isEmpty() ? "known are " + String.join(", ", known) : hint);
            } else if (!seen.add(field.key())) {
                at.reject("DUPLICATE_FIELD", "is there twice");
            }
        }
    }

    /** The text of a field; null where it is left out or wrong. */
    static @Nullable String text(TextNode.Mapping mapping, String field, Problems problems) {
        TextNode value = mapping.get(field);
        if (value == null || (value instanceof TextNode.Scalar scalar && scalar.isNull())) {
            return null;
        }
        if (value instanceof TextNode.Scalar scalar && scalar.type() == TextNode.Type.STRING) {
            return scalar.text();
        }
        problems.at(field)
                .from(value.source())
                .reject("WRONG_TYPE", "must be text, not " + value.describe());
        return null;
    }

    /** A body that may be left out, as a mapping of these fields. */
    static Optional<TextNode.Mapping> optional(Call call, List<String> known, Problems problems) {
        return call.body().length == 0 ? Optional.empty() : mapping(call, known, problems);
    }

    /** A body that is a mapping of these fields. */
    static Optional<TextNode.Mapping> mapping(Call call, List<String> known, Problems problems) {
        Optional<TextNode> body = one(call, problems);
        if (body.isEmpty()) {
            return Optional.empty();
        }
        if (body.get() instanceof TextNode.Mapping mapping) {
            checkFields(mapping, known, problems);
            return Optional.of(mapping);
        }
        problems.reject("WRONG_TYPE", "the body must be a mapping, not " + body.get().describe());
        return Optional.empty();
    }
}
