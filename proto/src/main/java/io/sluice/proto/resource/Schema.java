package io.sluice.proto.resource;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;

import io.sluice.proto.resource.v1.Options;

import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * How the messages of the schema are written in text, read from their descriptors once. Any thread.
 */
final class Schema {
    private static final ConcurrentMap<Descriptor, Map<String, FieldDescriptor>> FIELDS =
            new ConcurrentHashMap<>();

    private Schema() {}

    /** The field of a lowerCamelCase or snake_case name; null if there is none. */
    static @Nullable FieldDescriptor field(Descriptor message, String name) {
        return FIELDS.computeIfAbsent(message, Schema::fieldsByName).get(name);
    }

    /** The lowerCamelCase names of a message's fields. */
    static List<String> fieldNames(Descriptor message) {
        return message.getFields().stream().map(FieldDescriptor::getJsonName).toList();
    }

    static boolean isDuration(FieldDescriptor field) {
        return field.getJavaType() == FieldDescriptor.JavaType.MESSAGE
                && field.getMessageType().getFullName().equals("google.protobuf.Duration");
    }

    static boolean isSize(FieldDescriptor field) {
        return field.getOptions().getExtension(Options.bytesSize);
    }

    static boolean isSensitive(FieldDescriptor field) {
        return field.getOptions().getExtension(Options.sensitive);
    }

    static boolean mayBeNumber(FieldDescriptor field) {
        return field.getOptions().getExtension(Options.numberAsText);
    }

    /** {@code connect} for RETRY_ON_CONNECT. */
    static String enumText(EnumValueDescriptor value) {
        String prefix = upperSnake(value.getType().getName()) + "_";
        String name = value.getName();
        String bare = name.startsWith(prefix) ? name.substring(prefix.length()) : name;
        return bare.toLowerCase(Locale.ROOT);
    }

    /** What may be written for an enum; the value of number 0 stands for none. */
    static List<String> enumTexts(EnumDescriptor type) {
        return type.getValues().stream()
                .filter(value -> value.getNumber() != 0)
                .map(Schema::enumText)
                .toList();
    }

    /**
     * The value of a text as {@link #enumText} writes it, or of the full name; null if there is
     * none.
     */
    static @Nullable EnumValueDescriptor enumValue(EnumDescriptor type, String text) {
        for (EnumValueDescriptor value : type.getValues()) {
            boolean named = text.equals(enumText(value)) || text.equals(value.getName());
            if (named && value.getNumber() != 0) {
                return value;
            }
        }
        return null;
    }

    private static Map<String, FieldDescriptor> fieldsByName(Descriptor message) {
        Map<String, FieldDescriptor> fields = new HashMap<>();
        for (FieldDescriptor field : message.getFields()) {
            fields.put(field.getName(), field);
            fields.put(field.getJsonName(), field);
        }
        return Map.copyOf(fields);
    }

    private static String upperSnake(String camel) {
        StringBuilder snake = new StringBuilder();
        for (int i = 0; i < camel.length(); i++) {
            char c = camel.charAt(i);
            if (i > 0 && Character.isUpperCase(c)) {
                snake.append('_');
            }
            snake.append(Character.toUpperCase(c));
        }
        return snake.toString();
    }
}
