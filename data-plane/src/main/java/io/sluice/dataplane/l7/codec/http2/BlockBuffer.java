package io.sluice.dataplane.l7.codec.http2;

import java.util.Arrays;

/** Where field blocks are built, one at a time. One per event loop. */
public final class BlockBuffer {
    private static final int BYTES_AT_FIRST = 4096;

    /** Of a string whose length takes one byte. */
    private static final int SHORT_BYTES_MAX = 126;

    private byte[] bytes = new byte[BYTES_AT_FIRST];
    private int end;

    /** What is built begins at 0; replaced when it is full. */
    byte[] bytes() {
        return bytes;
    }

    /** How many bytes are built. */
    public int size() {
        return end;
    }

    void clear() {
        end = 0;
    }

    void end(int end) {
        this.end = end;
    }

    /** Makes room for {@code more} bytes behind the end. */
    void reserve(int more) {
        if (bytes.length - end < more) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, end + more));
        }
    }

    void write(int b) {
        reserve(1);
        bytes[end++] = (byte) b;
    }

    void write(byte[] source, int start, int to) {
        reserve(to - start);
        System.arraycopy(source, start, bytes, end, to - start);
        end += to - start;
    }

    void writeLower(byte[] source, int start, int to) {
        reserve(to - start);
        for (int i = start; i < to; i++) {
            byte b = source[i];
            bytes[end++] = b >= 'A' && b <= 'Z' ? (byte) (b + 32) : b;
        }
    }

    /**
     * Writes an integer of HPACK (RFC 7541 section 5.1).
     *
     * @param pattern the bits before the prefix
     */
    void writeInteger(int pattern, int prefixBits, int value) {
        int mask = (1 << prefixBits) - 1;
        if (value < mask) {
            write(pattern | value);
            return;
        }
        write(pattern | mask);
        int left = value - mask;
        while (left >= 0x80) {
            write((left & 0x7f) | 0x80);
            left >>>= 7;
        }
        write(left);
    }

    /** Writes a string (RFC 7541 section 5.2) as it is. */
    void writePlainString(byte[] source, int start, int to) {
        writeInteger(0, 7, to - start);
        write(source, start, to);
    }

    /** Writes a string, coded where that is shorter. */
    void writeString(byte[] source, int start, int to) {
        int length = to - start;
        if (length <= SHORT_BYTES_MAX) {
            writeShortString(source, start, to);
            return;
        }
        int coded = Huffman.encodedBytes(source, start, to);
        if (coded >= length) {
            writePlainString(source, start, to);
            return;
        }
        writeInteger(0x80, 7, coded);
        reserve(coded);
        end = Huffman.encode(source, start, to, bytes, end);
    }

    // Its length is one byte, coded or not: so it is tried in the place where it belongs.
    private void writeShortString(byte[] source, int start, int to) {
        int length = to - start;
        reserve(1 + length);
        int codedEnd = Huffman.encode(source, start, to, bytes, end + 1, end + length);
        if (codedEnd == Huffman.BAD) {
            writePlainString(source, start, to);
            return;
        }
        bytes[end] = (byte) (0x80 | (codedEnd - end - 1));
        end = codedEnd;
    }

    /** As {@link #writeString}, with letters in lower case. */
    void writeLowerString(byte[] source, int start, int to) {
        int length = to - start;
        int coded = Huffman.encodedLowerBytes(source, start, to);
        if (coded >= length) {
            writeInteger(0, 7, length);
            writeLower(source, start, to);
            return;
        }
        writeInteger(0x80, 7, coded);
        reserve(coded);
        end = Huffman.encodeLower(source, start, to, bytes, end);
    }
}
