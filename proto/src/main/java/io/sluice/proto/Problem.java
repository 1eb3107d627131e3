package io.sluice.proto;

import io.sluice.proto.resource.ResourceKey;

import org.jspecify.annotations.Nullable;

/**
 * One thing that is wrong with an input, in words for an operator. Immutable.
 *
 * @param resource what it is about; null where no single resource is
 * @param field path within the resource's spec, such as {@code rules[3].match.path.regex}; empty
 *     for the whole
 * @param code upper case, stable: UNKNOWN_FIELD, OUT_OF_RANGE ...
 * @param message what is wrong, without the parts above
 * @param hint what would be right; empty if there is nothing to say
 * @param source where in the text; null where the input was none
 */
public record Problem(
        @Nullable ResourceKey resource,
        String field,
        String code,
        String message,
        String hint,
        @Nullable Source source) {

    /** The same problem, at a place in a text. */
    public Problem at(@Nullable Source place) {
        return new Problem(resource, field, code, message, hint, place);
    }

    /**
     * Where the field is in the resource's JSON form (RFC 6901): {@code
     * /spec/rules/3/match/path/regex}; empty for the whole.
     */
    public String pointer() {
        return field.isEmpty() ? "" : FieldPath.pointer(field);
    }

    /** One line: {@code shop.yaml:57:18: route shop: rules[3].name: is missing; ...}. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        if (source != null) {
            text.append(source).append(": ");
        }
        if (resource != null) {
            text.append(resource).append(": ");
        }
        if (!field.isEmpty()) {
            text.append(field).append(": ");
        }
        text.append(message);
        if (!hint.isEmpty()) {
            text.append("; ").append(hint);
        }
        return text.toString();
    }
}
