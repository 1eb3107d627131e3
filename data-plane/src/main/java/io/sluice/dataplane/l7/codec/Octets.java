package io.sluice.dataplane.l7.codec;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Which bytes may stand where (RFC 9110 section 5.6.2, RFC 3986). */
public final class Octets {
    private static final byte TOKEN = 1;
    private static final byte HOST = 2;
    private static final byte TARGET = 4;

    private static final VarHandle EIGHT =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());
    private static final long ONES = 0x0101_0101_0101_0101L;
    private static final long BLANKS = ' ' * ONES;
    private static final long DELETES = 0x7f * ONES;
    private static final long HIGH_BITS = ONES << 7;

    private static final byte[] CLASSES = classes();

    private Octets() {}

    /** Part of a method or field name. */
    public static boolean token(byte b) {
        return (CLASSES[b & 0xff] & TOKEN) != 0;
    }

    /** Part of a registered name or IPv4 address, outside brackets, port excluded. */
    public static boolean host(byte b) {
        return (CLASSES[b & 0xff] & HOST) != 0;
    }

    /** Part of a request target: any visible US-ASCII but the fragment's sign. */
    public static boolean target(byte b) {
        return (CLASSES[b & 0xff] & TARGET) != 0;
    }

    /** Part of a field value: visible, space, tab, or above US-ASCII. */
    public static boolean value(byte b) {
        return b >= ' ' ? b != 0x7f : b < 0 || b == '\t';
    }

    /** Whether {@link #value} holds for each byte of the range. */
    public static boolean values(byte[] bytes, int start, int end) {
        int i = start;
        for (; end - i >= Long.BYTES; i += Long.BYTES) {
            // Eight at a time, but where a tab or something that must not be is among them.
            long eight = (long) EIGHT.get(bytes, i);
            long controls = (eight - BLANKS) & ~eight;
            long deleted = eight ^ DELETES;
            long deletes = (deleted - ONES) & ~deleted;
            if (((controls | deletes) & HIGH_BITS) != 0 && !eachValue(bytes, i, i + Long.BYTES)) {
                return false;
            }
        }
        return eachValue(bytes, i, end);
    }

    private static boolean eachValue(byte[] bytes, int start, int end) {
        for (int i = start; i < end; i++) {
            if (!value(bytes[i])) {
                return false;
            }
        }
        return true;
    }

    public static boolean digit(byte b) {
        return b >= '0' && b <= '9';
    }

    public static boolean blank(byte b) {
        return b == ' ' || b == '\t';
    }

    /** The value of a hexadecimal digit, or -1. */
    public static int hex(byte b) {
        if (b >= '0' && b <= '9') {
            return b - '0';
        }
        int lower = b | 0x20;
        return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
    }

    private static byte[] classes() {
        byte[] classes = new byte[256];
        for (int c = '0'; c <= '9'; c++) {
            classes[c] |= TOKEN | HOST;
        }
        for (int c = 'a'; c <= 'z'; c++) {
            classes[c] |= TOKEN | HOST;
            classes[c - 32] |= TOKEN | HOST;
        }
        for (char c : "!#$%&'*+-.^_`|~".toCharArray()) {
            classes[c] |= TOKEN;
        }
        // The grammar also has escapes and sub-delims, which no name that resolves contains.
        for (char c : "-._~".toCharArray()) {
            classes[c] |= HOST;
        }
        for (int c = '!'; c <= '~'; c++) {
            if (c != '#') {
                classes[c] |= TARGET;
            }
        }
        return classes;
    }
}
