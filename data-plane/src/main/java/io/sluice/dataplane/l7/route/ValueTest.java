package io.sluice.dataplane.l7.route;

import com.google.re2j.Pattern;

import io.sluice.dataplane.l7.message.Ascii;

/** What a condition asks of a value. Immutable. Only regular expressions allocate. */
sealed interface ValueTest {
    boolean matches(byte[] bytes, int start, int end);

    /** Like {@link #matches}, of a value that is percent-encoded. */
    boolean matchesDecoded(byte[] bytes, int start, int end);

    /** Any value. */
    record Any() implements ValueTest {
        @Override
        public boolean matches(byte[] bytes, int start, int end) {
            return true;
        }

        @Override
        public boolean matchesDecoded(byte[] bytes, int start, int end) {
            return true;
        }
    }

    /** The whole value. */
    final class Exact implements ValueTest {
        private final byte[] value;

        Exact(byte[] value) {
            this.value = value;
        }

        @Override
        public boolean matches(byte[] bytes, int start, int end) {
            return Ascii.equal(bytes, start, end, value);
        }

        @Override
        public boolean matchesDecoded(byte[] bytes, int start, int end) {
            return Slices.decodedStart(bytes, start, end, value) == end;
        }
    }

    /** How the value begins. */
    final class Prefix implements ValueTest {
        private final byte[] prefix;

        Prefix(byte[] prefix) {
            this.prefix = prefix;
        }

        @Override
        public boolean matches(byte[] bytes, int start, int end) {
            return Ascii.startsWith(bytes, start, end, prefix);
        }

        @Override
        public boolean matchesDecoded(byte[] bytes, int start, int end) {
            return Slices.decodedStart(bytes, start, end, prefix) >= 0;
        }
    }

    /** RE2 syntax, over the whole value. */
    record Regex(Pattern pattern) implements ValueTest {
        @Override
        public boolean matches(byte[] bytes, int start, int end) {
            return pattern.matches(Slices.text(bytes, start, end));
        }

        @Override
        public boolean matchesDecoded(byte[] bytes, int start, int end) {
            return pattern.matches(Slices.decodedText(bytes, start, end));
        }
    }
}
