package io.sluice.proto.resource.rules;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * The form of a path that routes match and that is sent upstream: dot segments removed and escapes
 * of unreserved characters decoded (RFC 3986 section 6.2.2), so that no two spellings of one path
 * take different routes. {@code %2F} and empty segments mean something to servers and stay.
 */
public final class PathNormalizer {
    /** The path has a bad escape or leaves the root. */
    public static final int BAD = -1;

    private PathNormalizer() {}

    /**
     * Normalises the path in {@code source}, which begins with a slash and has no query. The result
     * is never longer than the source and equal to it if that was normal.
     *
     * @param target another array, or the same one with {@code at} behind {@code end}
     * @return how many bytes were written at {@code at}, or {@link #BAD}
     */
    public static int normalize(byte[] source, int start, int end, byte[] target, int at) {
        int out = at;
        int in = start;
        while (in < end) {
            int segment = out;
            target[out++] = '/';
            in++;
            while (in < end && source[in] != '/') {
                byte b = source[in++];
                if (b != '%') {
                    target[out++] = b;
                    continue;
                }
                int decoded = in + 2 > end ? BAD : escaped(source[in], source[in + 1]);
                if (decoded < 0) {
                    return BAD;
                }
                if (unreserved(decoded)) {
                    target[out++] = (byte) decoded;
                } else {
                    target[out++] = '%';
                    target[out++] = upper(source[in]);
                    target[out++] = upper(source[in + 1]);
                }
                in += 2;
            }
            int dots = dots(target, segment + 1, out);
            if (dots == 0) {
                continue;
            }
            out = dots == 1 ? segment : parent(target, at, segment);
            if (out < at) {
                return BAD;
            }
            if (in == end) {
                target[out++] = '/';
            }
        }
        return out - at;
    }

    /** The normal form of a path as text; empty where it has none. */
    public static Optional<String> normalize(String path) {
        byte[] source = path.getBytes(StandardCharsets.UTF_8);
        byte[] target = new byte[source.length];
        int length = normalize(source, 0, source.length, target, 0);
        return length == BAD
                ? Optional.empty()
                : Optional.of(new String(target, 0, length, StandardCharsets.UTF_8));
    }

    // 1 for ".", 2 for "..", else 0
    private static int dots(byte[] bytes, int start, int end) {
        int length = end - start;
        if (length < 1 || length > 2 || bytes[start] != '.' || bytes[end - 1] != '.') {
            return 0;
        }
        return length;
    }

    private static int parent(byte[] bytes, int root, int end) {
        int at = end - 1;
        while (at >= root && bytes[at] != '/') {
            at--;
        }
        return at < root ? BAD : at;
    }

    private static int escaped(byte high, byte low) {
        int h = Character.digit(high, 16);
        int l = Character.digit(low, 16);
        return h < 0 || l < 0 ? BAD : h << 4 | l;
    }

    private static byte upper(byte hex) {
        return hex >= 'a' ? (byte) (hex - 32) : hex;
    }

    private static boolean unreserved(int c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c == '-'
                || c == '.'
                || c == '_'
                || c == '~';
    }
}
