package io.sluice.dataplane.l7.codec.http2;

import io.sluice.dataplane.l7.message.Ascii;
import io.sluice.dataplane.l7.message.HeaderName;

import java.util.Arrays;

/**
 * How fields are sent, by name: where the static table has the name, and whether the dynamic table
 * may hold the value.
 *
 * <p>One upstream connection carries requests of many clients. Only values that are not secret and
 * repeat across them go into its table, by this list; everything else is sent as a literal, so that
 * no client can find out by the size of its own requests what another one sent (RFC 7541 section
 * 7.1.1). What authenticates is marked so that nobody behind indexes it either.
 */
final class NameTable {
    /** Not in the table; sent as a literal. */
    static final int UNKNOWN = 0;

    private static final int STATIC_INDEX = 0x3f;
    private static final int INDEXED = 0x40;
    private static final int NEVER = 0x80;
    private static final int LITERAL = 0;
    private static final int NUMBER_SHIFT = 8;
    private static final int BUCKETS = 512;

    private static final String[] INDEXED_NAMES = {
        "accept",
        "accept-encoding",
        "accept-language",
        "accept-ranges",
        "access-control-allow-credentials",
        "access-control-allow-headers",
        "access-control-allow-methods",
        "access-control-allow-origin",
        "access-control-expose-headers",
        "access-control-max-age",
        "allow",
        "alt-svc",
        "cache-control",
        "content-encoding",
        "content-language",
        "content-security-policy",
        "content-type",
        "cross-origin-opener-policy",
        "cross-origin-resource-policy",
        "date",
        "dnt",
        "grpc-accept-encoding",
        "grpc-encoding",
        "grpc-status",
        "permissions-policy",
        "pragma",
        "priority",
        "referrer-policy",
        "sec-ch-ua",
        "sec-ch-ua-mobile",
        "sec-ch-ua-platform",
        "sec-fetch-dest",
        "sec-fetch-mode",
        "sec-fetch-site",
        "sec-fetch-user",
        "server",
        "strict-transport-security",
        "te",
        "timing-allow-origin",
        "upgrade-insecure-requests",
        "user-agent",
        "vary",
        "via",
        "x-content-type-options",
        "x-forwarded-host",
        "x-forwarded-proto",
        "x-frame-options",
        "x-powered-by",
        "x-xss-protection"
    };

    private static final String[] NEVER_INDEXED_NAMES = {
        "authorization", "cookie", "proxy-authorization", "set-cookie", "x-api-key", "x-csrf-token"
    };

    /** Sent often, with other values each time. */
    private static final String[] LITERAL_NAMES = {
        "forwarded", "grpc-message", "grpc-timeout", "x-forwarded-for", "x-request-id"
    };

    private static final byte[][][] NAMES = new byte[BUCKETS][0][];
    private static final int[][] WAYS = new int[BUCKETS][0];

    /** By {@link HeaderName#id}; 0 where the table does not have the name. */
    private static final int[] WAYS_BY_ID = new int[Long.SIZE];

    /** By number: the name as a string of HPACK, coded. */
    private static final byte[][] CODED_NAMES;

    static {
        int number = 1;
        for (int index = StaticTable.FIRST_REGULAR; index <= StaticTable.SIZE; index++) {
            number = put(StaticTable.name(index), index, number);
        }
        for (String name : INDEXED_NAMES) {
            number = put(name, INDEXED, number);
        }
        for (String name : NEVER_INDEXED_NAMES) {
            number = put(name, NEVER, number);
        }
        for (String name : LITERAL_NAMES) {
            number = put(name, LITERAL, number);
        }
        CODED_NAMES = new byte[number][];
        var out = new BlockBuffer();
        for (int bucket = 0; bucket < BUCKETS; bucket++) {
            for (int i = 0; i < NAMES[bucket].length; i++) {
                byte[] name = NAMES[bucket][i];
                int way = WAYS[bucket][i];
                out.clear();
                out.writeString(name, 0, name.length);
                CODED_NAMES[number(way)] = Arrays.copyOf(out.bytes(), out.size());
                int id = HeaderName.idOf(name, 0, name.length);
                if (id > 0) {
                    WAYS_BY_ID[id] = way;
                }
            }
        }
    }

    private NameTable() {}

    /** Adds bits to the way of a name, and says the number of the next new one. */
    private static int put(String text, int bits, int number) {
        byte[] name = Ascii.bytes(text);
        int bucket = hash(name, 0, name.length);
        int length = NAMES[bucket].length;
        for (int i = 0; i < length; i++) {
            if (Ascii.equal(name, 0, name.length, NAMES[bucket][i])) {
                WAYS[bucket][i] |= bits;
                return number;
            }
        }
        NAMES[bucket] = Arrays.copyOf(NAMES[bucket], length + 1);
        NAMES[bucket][length] = name;
        WAYS[bucket] = Arrays.copyOf(WAYS[bucket], length + 1);
        WAYS[bucket][length] = number << NUMBER_SHIFT | bits;
        return number + 1;
    }

    private static int hash(byte[] bytes, int start, int end) {
        int length = end - start;
        return (length * 37
                        + (bytes[start] | 0x20) * 5
                        + (bytes[start + (length >> 1)] | 0x20) * 11
                        + (bytes[end - 1] | 0x20) * 23)
                & (BUCKETS - 1);
    }

    /** The way of the name in the range, letters of either case. */
    static int wayOf(byte[] bytes, int start, int end) {
        if (start == end) {
            return UNKNOWN;
        }
        int bucket = hash(bytes, start, end);
        byte[][] names = NAMES[bucket];
        for (int i = 0; i < names.length; i++) {
            if (Ascii.equalIgnoringCase(bytes, start, end, names[i])) {
                return WAYS[bucket][i];
            }
        }
        return UNKNOWN;
    }

    /**
     * As {@link #wayOf(byte[], int, int)}, of a name that may be a known one.
     *
     * @param nameId see {@link HeaderName#idOf}
     */
    static int wayOf(int nameId, byte[] bytes, int start, int end) {
        return nameId > 0 ? WAYS_BY_ID[nameId] : wayOf(bytes, start, end);
    }

    /** The name of a way that is not {@link #UNKNOWN}, as a string of HPACK. */
    static byte[] codedName(int way) {
        return CODED_NAMES[number(way)];
    }

    /** Index of a static entry with the name, or 0. */
    static int staticIndex(int way) {
        return way & STATIC_INDEX;
    }

    static boolean indexed(int way) {
        return (way & INDEXED) != 0;
    }

    static boolean neverIndexed(int way) {
        return (way & NEVER) != 0;
    }

    /** A number of the name's own, above 0. */
    static int number(int way) {
        return way >> NUMBER_SHIFT;
    }
}
