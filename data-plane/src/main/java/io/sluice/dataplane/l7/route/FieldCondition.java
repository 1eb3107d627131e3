package io.sluice.dataplane.l7.route;

import io.sluice.dataplane.l7.message.Ascii;
import io.sluice.dataplane.l7.message.Fields;
import io.sluice.dataplane.l7.message.HeaderName;
import io.sluice.dataplane.l7.message.RequestHead;

/**
 * A condition on a header field, cookie or query parameter. What is sent more than once matches if
 * any of its values does. Immutable.
 */
sealed interface FieldCondition {
    boolean holds(RequestHead head);

    /** On a header field. */
    record Header(HeaderName name, ValueTest test, boolean wanted) implements FieldCondition {
        @Override
        public boolean holds(RequestHead head) {
            return matches(head.fields()) == wanted;
        }

        private boolean matches(Fields fields) {
            for (int i = fields.find(name); i >= 0; i = fields.findNext(name, i)) {
                if (test.matches(fields.bytes(), fields.valueStart(i), fields.valueEnd(i))) {
                    return true;
                }
            }
            return false;
        }
    }

    /**
     * On a cookie (RFC 6265 section 4.2: pairs with semicolons between, in any number of fields).
     */
    final class Cookie implements FieldCondition {
        private final byte[] name;
        private final ValueTest test;
        private final boolean wanted;

        Cookie(String name, ValueTest test, boolean wanted) {
            this.name = Ascii.bytes(name);
            this.test = test;
            this.wanted = wanted;
        }

        @Override
        public boolean holds(RequestHead head) {
            return matches(head.fields()) == wanted;
        }

        private boolean matches(Fields fields) {
            int index = fields.find(HeaderName.COOKIE);
            while (index >= 0) {
                if (matches(fields.bytes(), fields.valueStart(index), fields.valueEnd(index))) {
                    return true;
                }
                index = fields.findNext(HeaderName.COOKIE, index);
            }
            return false;
        }

        private boolean matches(byte[] bytes, int start, int end) {
            int at = start;
            while (at < end) {
                while (at < end && isBlank(bytes[at])) {
                    at++;
                }
                int pairEnd = Slices.indexOf(bytes, at, end, ';');
                int equals = Slices.indexOf(bytes, at, pairEnd, '=');
                if (equals < pairEnd && Ascii.equal(bytes, at, equals, name)) {
                    int valueEnd = pairEnd;
                    while (valueEnd > equals + 1 && isBlank(bytes[valueEnd - 1])) {
                        valueEnd--;
                    }
                    if (test.matches(bytes, equals + 1, valueEnd)) {
                        return true;
                    }
                }
                at = pairEnd + 1;
            }
            return false;
        }

        private static boolean isBlank(byte b) {
            return b == ' ' || b == '\t';
        }
    }

    /** On a query parameter: pairs with ampersands between; names and values are decoded. */
    final class Query implements FieldCondition {
        private final byte[] name;
        private final ValueTest test;
        private final boolean wanted;

        Query(byte[] name, ValueTest test, boolean wanted) {
            this.name = name;
            this.test = test;
            this.wanted = wanted;
        }

        @Override
        public boolean holds(RequestHead head) {
            // The query begins with its question mark.
            int start = Math.min(head.queryStart() + 1, head.queryEnd());
            return matches(head.bytes(), start, head.queryEnd()) == wanted;
        }

        private boolean matches(byte[] bytes, int start, int end) {
            int at = start;
            while (at < end) {
                int pairEnd = Slices.indexOf(bytes, at, end, '&');
                int equals = Slices.indexOf(bytes, at, pairEnd, '=');
                int valueStart = Math.min(equals + 1, pairEnd);
                if (Slices.decodedStart(bytes, at, equals, name) == equals
                        && test.matchesDecoded(bytes, valueStart, pairEnd)) {
                    return true;
                }
                at = pairEnd + 1;
            }
            return false;
        }
    }
}
