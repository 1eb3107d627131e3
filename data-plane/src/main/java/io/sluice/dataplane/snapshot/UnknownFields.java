package io.sluice.dataplane.snapshot;

import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;

import io.sluice.proto.Problems;

import java.util.List;
import java.util.Map;

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
        for (Map.Entry<FieldDescriptor, Object> field : message.getAllFields().entrySet()) {
            FieldDescriptor descriptor = field.getKey();
            if (descriptor.isRepeated()) {
                List<?> values = (List<?>) field.getValue();
                for (int i = 0; i < values.size(); i++) {
                    checkValue(values.get(i), problems, descriptor.getJsonName() + "[" + i + "]");
                }
            } else {
                checkValue(field.getValue(), problems, descriptor.getJsonName());
            }
        }
    }

    private static void checkValue(Object value, Problems problems, String path) {
        if (value instanceof Message message) {
            check(message, problems.at(path));
        } else if (value instanceof EnumValueDescriptor constant && constant.getIndex() == -1) {
            problems.at(path)
                    .reject(
                            VALUE_CODE,
                            "value "
                                    + constant.getNumber()
                                    + " is unknown to this version of the node");
        }
    }
}
