package io.sluice.proto.resource;

import io.sluice.proto.FieldPath;
import io.sluice.proto.Source;
import io.sluice.proto.Sources;
import io.sluice.proto.resource.TextNode.Field;
import io.sluice.proto.resource.TextNode.Mapping;
import io.sluice.proto.resource.TextNode.Scalar;
import io.sluice.proto.resource.TextNode.Sequence;

import org.jspecify.annotations.Nullable;

import java.util.List;

/** Finds the place of a field path in the text of one resource. */
final class Places implements Sources.Lookup {
    private final TextNode document;

    Places(TextNode document) {
        this.document = document;
    }

    /**
     * The field path of a key that may hold anything: as it is where it is a plain word, else
     * quoted.
     */
    static String keyInPath(String key) {
        boolean word =
                !key.isEmpty()
                        && key.length() < 100
                        && key.chars()
                                .allMatch(
                                        c -> c == '_' || c == '-' || Character.isLetterOrDigit(c));
        if (word) {
            return key;
        }
        StringBuilder quoted = new StringBuilder();
        JsonWriter.quote(key.length() < 100 ? key : key.substring(0, 100) + "...", quoted);
        return quoted.toString();
    }

    @Override
    public @Nullable Source find(String field) {
        List<String> steps = FieldPath.steps(field);
        Source place = document.source();
        TextNode node = document;
        boolean ofDocument = FieldPath.isOutsideSpec(steps);
        if (!ofDocument && document instanceof Mapping mapping) {
            Field spec = fieldOf(mapping, "spec");
            if (spec == null) {
                return place;
            }
            place = steps.isEmpty() ? place : spec.source();
            node = spec.value();
        }
        for (String step : steps) {
            switch (node) {
                case Mapping mapping -> {
                    Field found = fieldOf(mapping, step);
                    if (found == null) {
                        return place;
                    }
                    node = found.value();
                    place = node instanceof Scalar ? node.source() : found.source();
                }
                case Sequence sequence -> {
                    int index = index(step);
                    if (index < 0 || index >= sequence.items().size()) {
                        return place;
                    }
                    node = sequence.items().get(index);
                    place = node.source();
                }
                case Scalar scalar -> {
                    return place;
                }
            }
        }
        return place;
    }

    private static @Nullable Field fieldOf(Mapping mapping, String name) {
        for (Field field : mapping.fields()) {
            if (field.key().equals(name) || camel(field.key()).equals(name)) {
                return field;
            }
        }
        return null;
    }

    private static int index(String step) {
        boolean digits = step.length() < 9 && step.chars().allMatch(Character::isDigit);
        return digits && !step.isEmpty() ? Integer.parseInt(step) : -1;
    }

    private static String camel(String key) {
        if (key.indexOf('_') < 0) {
            return key;
        }
        StringBuilder camel = new StringBuilder();
        boolean upper = false;
        for (int i = 0; i < key.length(); i++) {
            char c = key.charAt(i);
            camel.append(upper ? Character.toUpperCase(c) : c);
            upper = c == '_';
            if (upper) {
                camel.setLength(camel.length() - 1);
            }
        }
        return camel.toString();
    }
}
