package io.sluice.controlplane.api;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;

import io.sluice.proto.resource.v1.Options;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** JSON Schemas of the specs, from their descriptors: a new field needs no line here. */
final class SpecSchemas {
    private SpecSchemas() {}

    /** Adds the schema of a message and of all it contains. */
    static void add(Descriptor message, Map<String, Json> schemas) {
        if (schemas.containsKey(name(message))) {
            return;
        }
        Map<String, Json> fields = new TreeMap<>();
        schemas.put(name(message), Json.object());
        for (FieldDescriptor field : message.getFields()) {
            fields.put(field.getJsonName(), field(field, schemas));
        }
        String description = message.getName() + ", see the comments in the proto files.";
        List<String> exclusive =
                message.getRealOneofs().stream()
                        .map(
                                oneof ->
                                        "At most one of "
                                                + String.join(
                                                        ", ",
                                                        oneof.getFields().stream()
                                                                .map(FieldDescriptor::getJsonName)
                                                                .toList())
                                                + ".")
                        .toList();
        if (!exclusive.isEmpty()) {
            description = String.join(" ", exclusive);
        }
        schemas.put(name(message), Schemas.object(description, fields, List.of()));
    }

    /** Name of a message's schema. */
    static String name(Descriptor message) {
        return message.getName() + (message.getName().endsWith("Config") ? "" : "Spec");
    }

    private static Json field(FieldDescriptor field, Map<String, Json> schemas) {
        if (field.isMapField()) {
            return Json.object()
                    .put("type", "object")
                    .put(
                            "additionalProperties",
                            value(field.getMessageType().findFieldByNumber(2), schemas));
        }
        return field.isRepeated() ? Schemas.list(value(field, schemas)) : value(field, schemas);
    }

    private static Json value(FieldDescriptor field, Map<String, Json> schemas) {
        if (field.getOptions().getExtension(Options.bytesSize)) {
            return Schemas.text("A size: 512B, 64KiB, 1MiB.");
        }
        Json json =
                switch (field.getJavaType()) {
                    case INT, LONG -> Json.object().put("type", "integer");
                    case FLOAT, DOUBLE -> Json.object().put("type", "number");
                    case BOOLEAN -> Json.object().put("type", "boolean");
                    case STRING, BYTE_STRING -> Json.object().put("type", "string");
                    case ENUM ->
                            Json.object()
                                    .put("type", "string")
                                    .put("enum", words(field.getEnumType()));
                    case MESSAGE -> message(field.getMessageType(), schemas);
                };
        return field.getOptions().getExtension(Options.sensitive)
                ? json.put("writeOnly", true).put("description", "Never shown again once stored.")
                : json;
    }

    private static Json message(Descriptor message, Map<String, Json> schemas) {
        if (message.getFullName().equals("google.protobuf.Duration")) {
            return Schemas.text("A duration: 1.5s, 500ms, 5m, 1h.");
        }
        add(message, schemas);
        return Schemas.ref(name(message));
    }

    /** As written in text: RETRY_ON_CONNECT of RetryOn is connect. */
    private static List<String> words(EnumDescriptor type) {
        String first = type.getValues().getFirst().getName();
        String prefix =
                first.endsWith("UNSPECIFIED")
                        ? first.substring(0, first.length() - "UNSPECIFIED".length())
                        : "";
        List<String> words = new ArrayList<>();
        for (EnumValueDescriptor value : type.getValues()) {
            if (value.getNumber() != 0) {
                words.add(value.getName().substring(prefix.length()).toLowerCase(Locale.ROOT));
            }
        }
        return words;
    }
}
