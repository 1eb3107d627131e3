package io.sluice.dataplane.l7.stream;

import io.netty.buffer.ByteBuf;

/**
 * Base64 (RFC 4648 section 4) that comes in pieces, each of which may be padded: the groups of four
 * are decoded as they are complete. Used for one text after the other.
 */
final class Base64Decoder {
    private static final int GROUP = 4;

    private int bits;
    private int characters;
    private int padding;

    /** Begins a text. */
    void start() {
        bits = 0;
        characters = 0;
        padding = 0;
    }

    /** More than so many characters can become. */
    int bytesMax(int more) {
        return (more + GROUP) / GROUP * 3;
    }

    /** Whether the text may end here. */
    boolean complete() {
        return characters == 0;
    }

    /**
     * Takes the next characters.
     *
     * @return false if they are no Base64; what was written then is of no use
     */
    boolean decode(ByteBuf in, ByteBuf out) {
        while (in.isReadable()) {
            int c = in.readByte();
            if (c == '=') {
                if (characters < 2) {
                    return false;
                }
                padding++;
            } else {
                int value = value(c);
                if (value < 0 || padding > 0) {
                    return false;
                }
                bits = bits << 6 | value;
            }
            if (++characters == GROUP) {
                write(out);
                start();
            }
        }
        return true;
    }

    private void write(ByteBuf out) {
        switch (padding) {
            case 0 -> out.writeMedium(bits);
            case 1 -> out.writeShort(bits >> 2);
            default -> out.writeByte(bits >> 4);
        }
    }

    private static int value(int c) {
        if (c >= 'A' && c <= 'Z') {
            return c - 'A';
        }
        if (c >= 'a' && c <= 'z') {
            return c - 'a' + 26;
        }
        if (c >= '0' && c <= '9') {
            return c - '0' + 52;
        }
        return switch (c) {
            case '+' -> 62;
            case '/' -> 63;
            default -> -1;
        };
    }
}
