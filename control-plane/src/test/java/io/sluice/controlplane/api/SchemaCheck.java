package io.sluice.controlplane.api;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

import org.jspecify.annotations.Nullable;

import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The part of JSON Schema that our document uses; a keyword it does not know is an error. */
final class SchemaCheck {
    private static final Set<String> ANNOTATIONS =
            Set.of("description", "readOnly", "writeOnly", "default", "examples");

    private final JsonObject schemas;
    private final List<String> errors = new ArrayList<>();

    private SchemaCheck(JsonObject document) {
        this.schemas = document.getJsonObject("components").getJsonObject("schemas");
    }

    /** What does not fit, each with its place. */
    static List<String> errors(JsonObject document, JsonObject schema, @Nullable Object value) {
        SchemaCheck check = new SchemaCheck(document);
        check.check(schema, value, "$");
        return check.errors;
    }

    private void check(JsonObject schema, @Nullable Object value, String at) {
        for (String keyword : schema.fieldNames()) {
            switch (keyword) {
                case "$ref" -> check(resolved(schema.getString("$ref")), value, at);
                case "type" -> require(isOf(schema.getValue("type"), value), at, "type", value);
                case "enum" ->
                        require(schema.getJsonArray("enum").contains(value), at, "enum", value);
                case "const" -> require(schema.getValue("const").equals(value), at, "const", value);
                case "anyOf" -> alternatives(schema.getJsonArray("anyOf"), false, value, at);
                case "oneOf" -> alternatives(schema.getJsonArray("oneOf"), true, value, at);
                case "required" -> required(schema.getJsonArray("required"), value, at);
                case "properties", "additionalProperties" -> {}
                case "items" -> items(schema.getJsonObject("items"), value, at);
                case "pattern" ->
                        require(
                                !(value instanceof String text)
                                        || text.matches(schema.getString("pattern")),
                                at,
                                "pattern",
                                value);
                case "format" -> format(schema.getString("format"), value, at);
                case "minimum" ->
                        require(
                                !(value instanceof Number number)
                                        || number.doubleValue() >= schema.getDouble("minimum"),
                                at,
                                "minimum",
                                value);
                case "maximum" ->
                        require(
                                !(value instanceof Number number)
                                        || number.doubleValue() <= schema.getDouble("maximum"),
                                at,
                                "maximum",
                                value);
                default -> require(ANNOTATIONS.contains(keyword), at, keyword, value);
            }
        }
        properties(schema, value, at);
    }

    private JsonObject resolved(String reference) {
        return schemas.getJsonObject(reference.substring("#/components/schemas/".length()));
    }

    private static boolean isOf(Object types, @Nullable Object value) {
        if (types instanceof JsonArray several) {
            return several.stream().anyMatch(type -> isOf(type, value));
        }
        return switch ((String) types) {
            case "object" -> value instanceof JsonObject;
            case "array" -> value instanceof JsonArray;
            case "string" -> value instanceof String;
            case "boolean" -> value instanceof Boolean;
            case "integer" -> value instanceof Integer || value instanceof Long;
            case "number" -> value instanceof Number;
            case "null" -> value == null;
            default -> false;
        };
    }

    private void alternatives(
            JsonArray schemasOfEach, boolean exactlyOne, @Nullable Object value, String at) {
        long fitting = 0;
        for (Object schema : schemasOfEach) {
            int known = errors.size();
            check((JsonObject) schema, value, at);
            if (errors.size() == known) {
                fitting++;
            }
            errors.subList(known, errors.size()).clear();
        }
        require(exactlyOne ? fitting == 1 : fitting > 0, at, fitting + " alternatives fit", value);
    }

    private void required(JsonArray names, @Nullable Object value, String at) {
        if (value instanceof JsonObject object) {
            for (Object name : names) {
                require(object.containsKey((String) name), at, "required " + name, value);
            }
        }
    }

    private void items(JsonObject schema, @Nullable Object value, String at) {
        if (value instanceof JsonArray array) {
            for (int i = 0; i < array.size(); i++) {
                check(schema, array.getValue(i), at + "[" + i + "]");
            }
        }
    }

    private void properties(JsonObject schema, @Nullable Object value, String at) {
        if (!(value instanceof JsonObject object)) {
            return;
        }
        JsonObject known = schema.getJsonObject("properties", new JsonObject());
        Object others = schema.getValue("additionalProperties", true);
        for (String name : object.fieldNames()) {
            String place = at + "." + name;
            if (known.containsKey(name)) {
                check(known.getJsonObject(name), object.getValue(name), place);
            } else if (others instanceof JsonObject each) {
                check(each, object.getValue(name), place);
            } else {
                require(others.equals(true), place, "additionalProperties", object.getValue(name));
            }
        }
    }

    private void format(String format, @Nullable Object value, String at) {
        if (format.equals("date-time") && value instanceof String text) {
            try {
                OffsetDateTime.parse(text);
            } catch (DateTimeParseException e) {
                require(false, at, "date-time", value);
            }
        }
    }

    private void require(boolean holds, String at, String what, @Nullable Object value) {
        if (!holds) {
            errors.add(at + ": " + what + ": " + value);
        }
    }
}
