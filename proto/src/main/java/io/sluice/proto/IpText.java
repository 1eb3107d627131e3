package io.sluice.proto;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/** IP addresses as text, strictly, without any look-up. */
public final class IpText {
    private static final int GROUPS = 8;

    private IpText() {}

    /** The 4 or 16 bytes of an address without brackets; null if the text is none. */
    public static byte @Nullable [] parse(String text) {
        return text.indexOf(':') >= 0 ? parse6(text) : parse4(text);
    }

    /**
     * The four bytes of a dotted address; null if the text is none. Octets with leading zeros are
     * refused.
     */
    public static byte @Nullable [] parse4(String text) {
        byte[] address = new byte[4];
        int octet = 0;
        int digits = 0;
        int value = 0;
        for (int i = 0; i <= text.length(); i++) {
            char c = i == text.length() ? '.' : text.charAt(i);
            if (c == '.') {
                if (digits == 0 || octet == 4) {
                    return null;
                }
                address[octet++] = (byte) value;
                digits = 0;
                value = 0;
                continue;
            }
            boolean leadingZero = digits == 1 && value == 0;
            value = value * 10 + (c - '0');
            digits++;
            if (c < '0' || c > '9' || leadingZero || value > 255) {
                return null;
            }
        }
        return octet == 4 ? address : null;
    }

    /** The sixteen bytes of an IPv6 address (RFC 4291, no zone); null if the text is none. */
    public static byte @Nullable [] parse6(String text) {
        int gap = text.indexOf("::");
        if (gap < 0) {
            int[] all = groups(text, GROUPS);
            return all != null && all.length == GROUPS ? bytes(all, GROUPS) : null;
        }
        String after = text.substring(gap + 2);
        int[] head = gap == 0 ? new int[0] : groups(text.substring(0, gap), GROUPS - 1);
        int[] tail = after.isEmpty() ? new int[0] : groups(after, GROUPS - 1);
        if (head == null || tail == null || head.length + tail.length > GROUPS - 1) {
            return null;
        }
        int[] all = new int[GROUPS];
        System.arraycopy(head, 0, all, 0, head.length);
        System.arraycopy(tail, 0, all, GROUPS - tail.length, tail.length);
        return bytes(all, GROUPS);
    }

    /** The text of 4 or 16 bytes: dotted, or RFC 5952. */
    public static String format(byte[] address) {
        return address.length == 4 ? format4(address) : format6(address);
    }

    private static int @Nullable [] groups(String text, int groupsMax) {
        String[] parts = text.split(":", -1);
        int[] groups = new int[parts.length + 1];
        int count = 0;
        for (int i = 0; i < parts.length; i++) {
            boolean dotted = i == parts.length - 1 && parts[i].indexOf('.') >= 0;
            if (dotted) {
                byte[] v4 = parse4(parts[i]);
                if (v4 == null) {
                    return null;
                }
                groups[count++] = (v4[0] & 0xff) << 8 | (v4[1] & 0xff);
                groups[count++] = (v4[2] & 0xff) << 8 | (v4[3] & 0xff);
                continue;
            }
            int group = hex(parts[i]);
            if (group < 0) {
                return null;
            }
            groups[count++] = group;
        }
        return count > groupsMax ? null : Arrays.copyOf(groups, count);
    }

    private static int hex(String text) {
        if (text.isEmpty() || text.length() > 4) {
            return -1;
        }
        int value = 0;
        for (int i = 0; i < text.length(); i++) {
            int digit = text.charAt(i) < 128 ? Character.digit(text.charAt(i), 16) : -1;
            if (digit < 0) {
                return -1;
            }
            value = value << 4 | digit;
        }
        return value;
    }

    private static byte[] bytes(int[] groups, int count) {
        byte[] bytes = new byte[count * 2];
        for (int i = 0; i < count; i++) {
            bytes[2 * i] = (byte) (groups[i] >> 8);
            bytes[2 * i + 1] = (byte) groups[i];
        }
        return bytes;
    }

    private static String format4(byte[] address) {
        return (address[0] & 0xff)
                + "."
                + (address[1] & 0xff)
                + "."
                + (address[2] & 0xff)
                + "."
                + (address[3] & 0xff);
    }

    private static String format6(byte[] address) {
        int[] groups = new int[GROUPS];
        for (int i = 0; i < GROUPS; i++) {
            groups[i] = (address[2 * i] & 0xff) << 8 | (address[2 * i + 1] & 0xff);
        }
        int gapStart = -1;
        int gapLength = 1;
        for (int i = 0; i < GROUPS; i++) {
            int length = 0;
            while (i + length < GROUPS && groups[i + length] == 0) {
                length++;
            }
            if (length > gapLength) {
                gapStart = i;
                gapLength = length;
            }
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < GROUPS; i++) {
            if (i == gapStart) {
                text.append("::");
                i += gapLength - 1;
                continue;
            }
            if (text.length() > 0 && text.charAt(text.length() - 1) != ':') {
                text.append(':');
            }
            text.append(Integer.toHexString(groups[i]));
        }
        return text.toString();
    }
}
