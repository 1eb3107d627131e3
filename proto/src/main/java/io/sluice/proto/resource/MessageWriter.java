package io.sluice.proto.resource;

import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Duration;
import com.google.protobuf.Message;

import io.sluice.proto.DurationText;
import io.sluice.proto.SizeText;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A message as plain values for {@link TextNode#of}: fields in the order of the schema, defaults
 * left out.
 */
final class MessageWriter {
    private final boolean withSecrets;

    private MessageWriter(boolean withSecrets) {
        this.withSecrets = withSecrets;
    }

    static Map<String, Object> write(Message message, boolean withSecrets) {
        return new MessageWriter(withSecrets).message(message);
    }

    private Map<String, Object> message(Message message) {
        Map<String, Object> fields = new LinkedHashMap<>();
        Map<FieldDescriptor, Object> set = message.getAllFields();
        for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
            Object value = set.get(field);
            if (value != null && (withSecrets || !Schema.isSensitive(field))) {
                fields.put(field.getJsonName(), value(field, value));
            }
        }
        return fields;
    }

    private Object value(FieldDescriptor field, Object value) {
        if (field.isMapField()) {
            return map(field, (List<?>) value);
        }
        if (field.isRepeated()) {
            List<Object> items = new ArrayList<>();
            ((List<?>) value).forEach(item -> items.add(single(field, item)));
            return items;
        }
        return single(field, value);
    }

    private Map<String, Object> map(FieldDescriptor field, List<?> rows) {
        FieldDescriptor keyField = field.getMessageType().findFieldByNumber(1);
        FieldDescriptor valueField = field.getMessageType().findFieldByNumber(2);
        Map<String, Object> entries = new TreeMap<>();
        for (Object row : rows) {
            Message entry = (Message) row;
            entries.put(
                    (String) entry.getField(keyField),
                    single(valueField, entry.getField(valueField)));
        }
        return entries;
    }

    private Object single(FieldDescriptor field, Object value) {
        return switch (value) {
            case Duration duration -> DurationText.format(duration);
            case Message message -> message(message);
            case EnumValueDescriptor name -> Schema.enumText(name);
            case Number number when Schema.isSize(field) -> SizeText.format(number.longValue());
            default -> value;
        };
    }
}
