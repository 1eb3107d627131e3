package io.sluice.dataplane.l7.route;

import io.sluice.dataplane.l7.message.Ascii;
import io.sluice.dataplane.l7.message.Method;
import io.sluice.dataplane.l7.message.RequestHead;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** The conditions of one match beside host and path; all must hold. Immutable. */
final class Conditions {
    /** Always holds. */
    static final Conditions NONE = new Conditions(List.of(), List.of());

    private final Set<Method> methods;
    private final byte[][] otherMethods;
    private final FieldCondition[] fields;

    Conditions(List<String> tokens, List<FieldCondition> fields) {
        Set<Method> known = EnumSet.noneOf(Method.class);
        List<byte[]> others = new ArrayList<>();
        for (String text : tokens) {
            byte[] token = Ascii.bytes(text);
            Method method = Method.of(token, 0, token.length);
            if (method == Method.OTHER) {
                others.add(token);
            } else {
                known.add(method);
            }
        }
        this.methods = known;
        this.otherMethods = others.toArray(new byte[0][]);
        this.fields = fields.toArray(new FieldCondition[0]);
    }

    /** Whether there is nothing that a request could fail. */
    boolean isEmpty() {
        return methods.isEmpty() && otherMethods.length == 0 && fields.length == 0;
    }

    boolean hold(RequestHead head) {
        if (!methodHolds(head)) {
            return false;
        }
        for (FieldCondition field : fields) {
            if (!field.holds(head)) {
                return false;
            }
        }
        return true;
    }

    private boolean methodHolds(RequestHead head) {
        if (methods.isEmpty() && otherMethods.length == 0) {
            return true;
        }
        if (head.method() != Method.OTHER) {
            return methods.contains(head.method());
        }
        for (byte[] token : otherMethods) {
            if (Ascii.equal(head.bytes(), head.methodStart(), head.methodEnd(), token)) {
                return true;
            }
        }
        return false;
    }
}
