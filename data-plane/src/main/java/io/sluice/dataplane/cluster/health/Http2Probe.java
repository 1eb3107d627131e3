package io.sluice.dataplane.cluster.health;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A GET over HTTP/2, and as much of the answer as a check needs: the status, which comes first in
 * the first HEADERS (RFC 9113 section 8.3.2, RFC 7541). No more of the protocol is understood here;
 * the codec of the data path is above this package.
 */
final class Http2Probe {
    private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    private static final int FRAME_HEAD_BYTES = 9;
    private static final int HEADERS = 1;
    private static final int RST_STREAM = 3;
    private static final int GOAWAY = 7;
    private static final int PADDED = 8;
    private static final int PRIORITY = 0x20;
    private static final int END_OF_REQUEST = 5;

    /** Bytes of frames read before the answer has to be there; a frame is within this. */
    private static final int ANSWER_BYTES_MAX = 64 * 1024;

    /** Indexed fields of the static table: 200, 204, 206, 304, 400, 404, 500. */
    private static final int[] STATIC_STATUS = {200, 204, 206, 304, 400, 404, 500};

    private static final int STATIC_STATUS_FIRST = 8;

    private byte[] held = new byte[256];
    private int heldBytes;

    /** The request, from the preface on. */
    static ByteBuf request(String path, String host) {
        ByteBuf block = Unpooled.buffer();
        // :method GET, :scheme http; then literals by the static table's names.
        block.writeByte(0x82).writeByte(0x86);
        literal(block, 0x04, path);
        literal(block, 0x01, host);
        block.writeByte(0x0f);
        literal(block, 58 - 15, "sluice-health");
        ByteBuf out = Unpooled.copiedBuffer(PREFACE, StandardCharsets.US_ASCII);
        // An empty SETTINGS, and the request as stream 1.
        out.writeMedium(0).writeByte(4).writeByte(0).writeInt(0);
        out.writeMedium(block.readableBytes()).writeByte(HEADERS).writeByte(END_OF_REQUEST);
        return out.writeInt(1).writeBytes(block);
    }

    private static void literal(ByteBuf block, int name, String value) {
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        block.writeByte(name);
        if (bytes.length < 0x7f) {
            block.writeByte(bytes.length);
        } else {
            block.writeByte(0x7f);
            int left = bytes.length - 0x7f;
            while (left >= 0x80) {
                block.writeByte((left & 0x7f) | 0x80);
                left >>= 7;
            }
            block.writeByte(left);
        }
        block.writeBytes(bytes);
    }

    /**
     * Takes what came.
     *
     * @return why the check failed, the empty text if it passed, null if more has to come
     */
    @Nullable String take(ByteBuf in) {
        int more = in.readableBytes();
        if (heldBytes + more > ANSWER_BYTES_MAX) {
            return "no answer among its first frames";
        }
        if (held.length < heldBytes + more) {
            held = Arrays.copyOf(held, Math.max(2 * held.length, heldBytes + more));
        }
        in.readBytes(held, heldBytes, more);
        heldBytes += more;
        int at = 0;
        while (heldBytes - at >= FRAME_HEAD_BYTES) {
            int length =
                    (held[at] & 0xff) << 16 | (held[at + 1] & 0xff) << 8 | (held[at + 2] & 0xff);
            int payload = at + FRAME_HEAD_BYTES;
            if (heldBytes - payload < length) {
                break;
            }
            String judged = frame(held[at + 3], held[at + 4], payload, payload + length);
            if (judged != null) {
                return judged;
            }
            at = payload + length;
        }
        System.arraycopy(held, at, held, 0, heldBytes - at);
        heldBytes -= at;
        return looksLikeHttp1() ? "answers in HTTP/1.1" : null;
    }

    private boolean looksLikeHttp1() {
        return heldBytes >= 5 && new String(held, 0, 5, StandardCharsets.US_ASCII).equals("HTTP/");
    }

    private @Nullable String frame(int type, int flags, int from, int to) {
        return switch (type) {
            case HEADERS -> headers(flags, from, to);
            case RST_STREAM -> "stream reset";
            case GOAWAY -> "connection refused by GOAWAY";
            default -> null;
        };
    }

    private @Nullable String headers(int flags, int from, int to) {
        int at = from + ((flags & PADDED) != 0 ? 1 : 0) + ((flags & PRIORITY) != 0 ? 5 : 0);
        // Size updates of the table may precede.
        while (at < to && (held[at] & 0xe0) == 0x20) {
            boolean more = (held[at++] & 0x1f) == 0x1f;
            while (more && at < to) {
                more = held[at++] < 0;
            }
        }
        int status = at < to ? status(at, to) : -1;
        if (status < 0) {
            return "not an HTTP answer";
        }
        if (status / 100 == 1) {
            return null;
        }
        return status / 100 == 2 ? "" : "status " + status;
    }

    // Indexed, or a literal of three digits with the name of static entry 8 to 14.
    private int status(int at, int to) {
        int first = held[at] & 0xff;
        if (first >= 0x80) {
            int index = (first & 0x7f) - STATIC_STATUS_FIRST;
            return index >= 0 && index < STATIC_STATUS.length ? STATIC_STATUS[index] : -1;
        }
        int name = first >= 0x40 ? first & 0x3f : first & 0x0f;
        boolean named =
                name >= STATIC_STATUS_FIRST && name < STATIC_STATUS_FIRST + STATIC_STATUS.length;
        if (!named || to - at < 2) {
            return -1;
        }
        int length = held[at + 1] & 0x7f;
        if (at + 2 + length > to) {
            return -1;
        }
        return held[at + 1] < 0 ? coded(at + 2, length) : plain(at + 2, length);
    }

    private int plain(int at, int length) {
        return length == 3 ? number(held[at] - '0', held[at + 1] - '0', held[at + 2] - '0') : -1;
    }

    // Three digits of 5 or 6 bits: 0 to 2 are 00000 to 00010, 3 to 9 are 011001 to 011111.
    private int coded(int at, int length) {
        if (length < 2 || length > 3) {
            return -1;
        }
        int bits =
                (held[at] & 0xff) << 16
                        | (held[at + 1] & 0xff) << 8
                        | (length == 3 ? held[at + 2] & 0xff : 0xff);
        int[] digits = new int[3];
        int left = 24;
        for (int i = 0; i < 3; i++) {
            int five = bits >> (left - 5) & 0x1f;
            if (five <= 2) {
                digits[i] = five;
                left -= 5;
            } else {
                digits[i] = (bits >> (left - 6) & 0x3f) - 0x19 + 3;
                left -= 6;
            }
        }
        return number(digits[0], digits[1], digits[2]);
    }

    private static int number(int hundreds, int tens, int ones) {
        boolean digits =
                hundreds >= 1 && hundreds <= 5 && tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9;
        return digits ? hundreds * 100 + tens * 10 + ones : -1;
    }
}
