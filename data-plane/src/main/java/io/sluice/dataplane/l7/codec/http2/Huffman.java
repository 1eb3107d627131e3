package io.sluice.dataplane.l7.codec.http2;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The Huffman code of HPACK (RFC 7541 section 5.2 and appendix B). It is canonical: codes of one
 * length are consecutive, in the order of their symbols, so that the lengths say everything.
 */
final class Huffman {
    /** Returned by {@link #decode} where the bytes are no such code. */
    static final int BAD = -1;

    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INT =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

    private static final int NONE = -1;
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
        return encode(bytes, start, end, out, at, out.length);
    }

    /**
     * As {@link #encode(byte[], int, int, byte[], int)}, as far as there is room.
     *
     * @param outEnd where the room ends
     * @return where the byte behind is, or {@link #BAD} if it does not fit
     */
    static int encode(byte[] bytes, int start, int end, byte[] out, int at, int outEnd) {
        long bits = 0;
        int pending = 0;
        int to = at;
        for (int i = start; i < end; i++) {
            int symbol = bytes[i] & 0xff;
            int length = LENGTHS[symbol];
            bits = bits << length | CODES[symbol];
            pending += length;
            if (pending >= Integer.SIZE) {
                if (outEnd - to < Integer.BYTES) {
                    return BAD;
                }
                pending -= Integer.SIZE;
                INT.set(out, to, (int) (bits >>> pending));
                to += Integer.BYTES;
            }
        }
        if (outEnd - to < (pending + 7) >>> 3) {
            return BAD;
        }
        while (pending >= 8) {
            pending -= 8;
            out[to++] = (byte) (bits >>> pending);
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
        // The next bits are the first of these; behind the pending ones is what may follow.
        long bits = 0;
        int pending = 0;
        int from = start;
        int to = at;
        while (true) {
            if (end - from >= Long.BYTES) {
                bits |= (long) LONG.get(bytes, from) >>> pending;
                int taken = (Long.SIZE - 1 - pending) >>> 3;
                from += taken;
                pending += taken << 3;
            } else {
                while (pending <= Long.SIZE - 16 && from < end) {
                    pending += 8;
                    bits |= (bytes[from++] & 0xffL) << (Long.SIZE - pending);
                }
            }
            while (pending >= STEP_BITS) {
                int step = STEPS[(int) (bits >>> (Long.SIZE - STEP_BITS))];
                if (step == 0) {
                    break;
                }
                out[to++] = (byte) (step >> 4);
                bits <<= step & 0xf;
                pending -= step & 0xf;
            }
            if (pending < LENGTH_MAX && from < end) {
                continue;
            }
            int symbol = pending < LENGTH_MIN ? NONE : symbol(bits, pending);
            if (symbol == NONE) {
                return padding(bits, pending) ? to : BAD;
            }
            if (symbol == END_OF_STRING) {
                return BAD;
            }
            out[to++] = (byte) symbol;
            bits <<= LENGTHS[symbol];
            pending -= LENGTHS[symbol];
        }
    }

    /** The symbol that the next bits are; {@link #NONE} if they end before. */
    private static int symbol(long bits, int pending) {
        // Filled up with ones where there are fewer.
        long filled = bits | -1L >>> pending;
        int step = STEPS[(int) (filled >>> (Long.SIZE - STEP_BITS))];
        if (step != 0) {
            return (step & 0xf) <= pending ? step >> 4 : NONE;
        }
        for (int length = STEP_BITS + 1; length <= LENGTH_MAX && length <= pending; length++) {
            int offset = (int) (bits >>> (Long.SIZE - length)) - FIRST_CODE[length];
            int place = FIRST_PLACE[length] + offset;
            if (offset >= 0 && place < FIRST_PLACE[length + 1]) {
                return ORDERED[place];
            }
        }
        return NONE;
    }

    // RFC 7541 section 5.2: fewer than 8 bits, all of them ones.
    private static boolean padding(long bits, int pending) {
        return pending == 0 || (pending < 8 && bits >> (Long.SIZE - pending) == -1);
    }
}
