package io.sluice.dataplane.snapshot;

import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;

import io.sluice.proto.Problems;

/**
 * Finds what a newer control plane has put into a message and this node does not know. Skipping it
 * could serve clear text where TLS was asked for, so it is refused.
 */
final class UnknownFields {
    static final String FIELD_CODE = "UNKNOWN_FIELD";
    static final String VALUE_CODE = "UNKNOWN_VALUE";

    private UnknownFields() {}

    /** Reports every unknown field and enum value of a message and of all messages in it. */
    static void check(Message message, Problems problems) {
        for (int number : message.getUnknownFields().asMap().keySet()) {
            problems.reject(
                    FIELD_CODE,
                    "field number " + number + " is unknown to this version of the node");
        }
        for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
            if (!mayHoldUnknown(field)) {
                continue;
            }
            if (field.isRepeated()) {
                int count = message.getRepeatedFieldCount(field);
                for (int i = 0; i < count; i++) {
                    Problems at = problems.at(field.getJsonName(), i);
                    checkValue(message.getRepeatedField(field, i), at);
                }
            } else if (!field.hasPresence() || message.hasField(field)) {
                checkValue(message.getField(field), problems.at(field.getJsonName()));
            }
        }
    }

    private static boolean mayHoldUnknown(FieldDescriptor field) {
        FieldDescriptor.JavaType type = field.getJavaType();
        return type == FieldDescriptor.JavaType.MESSAGE || type == FieldDescriptor.JavaType.ENUM;
    }

    private static void checkValue(Object value, Problems problems) {
        if (value instanceof Message message) {
            check(message, problems);
        } else if (value instanceof EnumValueDescriptor constant && constant.getIndex() == -1) {
            problems.reject(
                    VALUE_CODE,
                    "value " + constant.getNumber() + " is unknown to this version of the node");
        }
    }
}
