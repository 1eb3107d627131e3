package io.sluice.proto.resource;

import io.sluice.proto.resource.TextNode.Field;
import io.sluice.proto.resource.TextNode.Mapping;
import io.sluice.proto.resource.TextNode.Scalar;

import java.util.LinkedHashMap;
import java.util.Map;

/** JSON merge patch (RFC 7396) on trees. What the patch brings keeps its places. */
final class MergePatch {
    private MergePatch() {}

    static TextNode apply(TextNode target, TextNode patch) {
        if (!(patch instanceof Mapping changes)) {
            return patch;
        }
        Map<String, Field> fields = new LinkedHashMap<>();
        if (target instanceof Mapping mapping) {
            mapping.fields().forEach(field -> fields.put(field.key(), field));
        }
        for (Field change : changes.fields()) {
            if (change.value() instanceof Scalar scalar && scalar.isNull()) {
                fields.remove(change.key());
                continue;
            }
            Field old = fields.get(change.key());
            TextNode before = old == null ? TextNode.of(Map.of()) : old.value();
            fields.put(
                    change.key(),
                    new Field(change.key(), change.source(), apply(before, change.value())));
        }
        return new Mapping(patch.source(), fields.values().stream().toList());
    }
}
