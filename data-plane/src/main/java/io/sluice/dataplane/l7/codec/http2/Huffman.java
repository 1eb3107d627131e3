package io.sluice.dataplane.l7.codec.http2;

/**
 * The Huffman code of HPACK (RFC 7541 section 5.2 and appendix B). It is canonical: codes of one
 * length are consecutive, in the order of their symbols, so that the lengths say everything.
 */
final class Huffman {
    /** Returned by {@link #decode} where the bytes are no such code. */
    static final int BAD = -1;

    private static final int END_OF_STRING = 256;
    private static final int LENGTH_MIN = 5;
    private static final int LENGTH_MAX = 30;

    /** Symbols with codes of up to so many bits are found in one step; few others are sent. */
    private static final int STEP_BITS = 10;

    private static final byte[] LENGTHS = {
        13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, //
        28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28, 6, 10, 10, 12, 13, 6, 8, 11, //
        10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, //
        15, 6, 12, 10, 13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, //
        7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6, 15, 5, 6, 5, //
        6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7, //
        7, 7, 7, 15, 11, 14, 13, 28, 20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, //
        23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24, //
        22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, //
        23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23, 26, 26, 20, 19, 22, 23, 22, 25, //
        26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, //
        28, 27, 27, 27, 20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23, //
        26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26, 30
    };

    private static final int[] CODES = new int[LENGTHS.length];

    /** By the next {@link #STEP_BITS} bits: symbol and length of its code, or 0. */
    private static final short[] STEPS = new short[1 << STEP_BITS];

    /** By length: the first code, and where its symbol stands in {@link #ORDERED}. */
    private static final int[] FIRST_CODE = new int[LENGTH_MAX + 1];

    private static final int[] FIRST_PLACE = new int[LENGTH_MAX + 2];
    private static final short[] ORDERED = new short[LENGTHS.length];

    static {
        int code = 0;
        int place = 0;
        for (int length = LENGTH_MIN; length <= LENGTH_MAX; length++) {
            FIRST_CODE[length] = code;
            FIRST_PLACE[length] = place;
            for (int symbol = 0; symbol < LENGTHS.length; symbol++) {
                if (LENGTHS[symbol] == length) {
                    ORDERED[place++] = (short) symbol;
                    CODES[symbol] = code;
                    fillSteps(symbol, code, length);
                    code++;
                }
            }
            code <<= 1;
        }
        FIRST_PLACE[LENGTH_MAX + 1] = place;
    }

    private Huffman() {}

    private static void fillSteps(int symbol, int code, int length) {
        if (length > STEP_BITS) {
            return;
        }
        int free = STEP_BITS - length;
        for (int i = 0; i < 1 << free; i++) {
            STEPS[code << free | i] = (short) (symbol << 4 | length);
        }
    }

    /** How many bytes the range takes when encoded. */
    static int encodedBytes(byte[] bytes, int start, int end) {
        long bits = 0;
        for (int i = start; i < end; i++) {
            bits += LENGTHS[bytes[i] & 0xff];
        }
        return (int) ((bits + 7) >>> 3);
    }

    /** As {@link #encodedBytes}, with letters in lower case. */
    static int encodedLowerBytes(byte[] bytes, int start, int end) {
        long bits = 0;
        for (int i = start; i < end; i++) {
            bits += LENGTHS[lower(bytes[i])];
        }
        return (int) ((bits + 7) >>> 3);
    }

    private static int lower(byte b) {
        return b >= 'A' && b <= 'Z' ? b + 32 : b & 0xff;
    }

    /**
     * Encodes the range into {@code out} from {@code at}, where {@link #encodedBytes} bytes are
     * free.
     *
     * @return where the byte behind is
     */
    static int encode(byte[] bytes, int start, int end, byte[] out, int at) {
        long bits = 0;
        int pending = 0;
        int to = at;
        for (int i = start; i < end; i++) {
            int symbol = bytes[i] & 0xff;
            int length = LENGTHS[symbol];
            bits = bits << length | CODES[symbol];
            pending += length;
            while (pending >= 8) {
                pending -= 8;
                out[to++] = (byte) (bits >>> pending);
            }
        }
        return finish(bits, pending, out, to);
    }

    /** As {@link #encode}, with letters in lower case. */
    static int encodeLower(byte[] bytes, int start, int end, byte[] out, int at) {
        long bits = 0;
        int pending = 0;
        int to = at;
        for (int i = start; i < end; i++) {
            int symbol = lower(bytes[i]);
            int length = LENGTHS[symbol];
            bits = bits << length | CODES[symbol];
            pending += length;
            while (pending >= 8) {
                pending -= 8;
                out[to++] = (byte) (bits >>> pending);
            }
        }
        return finish(bits, pending, out, to);
    }

    // Filled up with the first bits of the end of string, which are ones.
    private static int finish(long bits, int pending, byte[] out, int to) {
        if (pending == 0) {
            return to;
        }
        out[to] = (byte) (bits << (8 - pending) | 0xff >>> pending);
        return to + 1;
    }

    /** The greatest number of bytes that so many encoded ones can become. */
    static int decodedBytesMax(int encodedBytes) {
        return (int) ((encodedBytes * 8L) / LENGTH_MIN);
    }

    /**
     * Decodes the range into {@code out} from {@code at}, where {@link #decodedBytesMax} bytes are
     * free.
     *
     * @return where the byte behind is, or {@link #BAD}
     */
    static int decode(byte[] bytes, int start, int end, byte[] out, int at) {
        long bits = 0;
        int pending = 0;
        int from = start;
        int to = at;
        while (true) {
            while (pending <= Long.SIZE - 16 && from < end) {
                bits = bits << 8 | (bytes[from++] & 0xff);
                pending += 8;
            }
            if (pending < LENGTH_MIN) {
                return padding(bits, pending) ? to : BAD;
            }
            int step = STEPS[next(bits, pending, STEP_BITS)];
            int length = step & 0xf;
            int symbol = step >> 4;
            if (length == 0) {
                int found = longSymbol(bits, pending);
                if (found < 0) {
                    return padding(bits, pending) ? to : BAD;
                }
                symbol = found;
                length = LENGTHS[symbol];
            } else if (length > pending) {
                return padding(bits, pending) ? to : BAD;
            }
            if (symbol == END_OF_STRING) {
                return BAD;
            }
            out[to++] = (byte) symbol;
            pending -= length;
        }
    }

    /** The next bits, filled up with ones where there are fewer. */
    private static int next(long bits, int pending, int wanted) {
        int mask = (1 << wanted) - 1;
        if (pending >= wanted) {
            return (int) (bits >>> (pending - wanted)) & mask;
        }
        int missing = wanted - pending;
        return (int) (bits << missing | ((1L << missing) - 1)) & mask;
    }

    /** The symbol that the next bits are, of those with longer codes; -1 if they end before. */
    private static int longSymbol(long bits, int pending) {
        for (int length = STEP_BITS + 1; length <= LENGTH_MAX && length <= pending; length++) {
            int offset = next(bits, pending, length) - FIRST_CODE[length];
            int place = FIRST_PLACE[length] + offset;
            if (offset >= 0 && place < FIRST_PLACE[length + 1]) {
                return ORDERED[place];
            }
        }
        return -1;
    }

    // RFC 7541 section 5.2: fewer than 8 bits, all of them ones.
    private static boolean padding(long bits, int pending) {
        long mask = (1L << pending) - 1;
        return pending < 8 && (bits & mask) == mask;
    }
}
