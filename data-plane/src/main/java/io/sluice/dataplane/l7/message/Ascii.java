package io.sluice.dataplane.l7.message;

import java.nio.charset.StandardCharsets;

/** Comparisons of bytes that are US-ASCII where it matters, without making strings of them. */
public final class Ascii {
    private Ascii() {}

    /** The bytes of a text whose characters are all below 256. */
    public static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** A text of which each byte is a character. */
    public static String text(byte[] bytes, int start, int end) {
        return new String(bytes, start, end - start, StandardCharsets.ISO_8859_1);
    }

    /** The letter in lower case, every other byte as it is. */
    public static byte lower(byte b) {
        return b >= 'A' && b <= 'Z' ? (byte) (b + 32) : b;
    }

    public static boolean equal(byte[] a, int start, int end, byte[] b) {
        return end - start == b.length && startsWith(a, start, end, b);
    }

    public static boolean startsWith(byte[] a, int start, int end, byte[] prefix) {
        if (end - start < prefix.length) {
            return false;
        }
        for (int i = 0; i < prefix.length; i++) {
            if (a[start + i] != prefix[i]) {
                return false;
            }
        }
        return true;
    }

    /**
     * Whether the range equals {@code lowerCase}, which is in lower case, by letters of either
     * case.
     */
    public static boolean equalIgnoringCase(byte[] a, int start, int end, byte[] lowerCase) {
        if (end - start != lowerCase.length) {
            return false;
        }
        for (int i = 0; i < lowerCase.length; i++) {
            if (lower(a[start + i]) != lowerCase[i]) {
                return false;
            }
        }
        return true;
    }
}
