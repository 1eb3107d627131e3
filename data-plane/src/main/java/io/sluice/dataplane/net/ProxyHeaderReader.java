package io.sluice.dataplane.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.sluice.proto.IpText;

import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/**
 * Reads the PROXY header that a connection begins with, version 1 or 2, in however many pieces it
 * comes, or a datagram. Strict: what breaks the grammar is bad, never skipped. One for each loop;
 * of its thread.
 */
public final class ProxyHeaderReader {
    /** Bytes of a version 2 header after its first 16; real ones have less than 300. */
    public static final int LENGTH_MAX = 4_096;

    private static final byte[] SIGNATURE = {
        0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a
    };
    private static final byte[] PREFIX = "PROXY ".getBytes(StandardCharsets.US_ASCII);
    private static final int V1_BYTES_MAX = 107;
    private static final int V2_HEAD_BYTES = 16;
    private static final int COMMAND_AT = 12;
    private static final int FAMILY_AT = 13;
    private static final int LENGTH_AT = 14;
    private static final int COMMAND_LOCAL = 0x20;
    private static final int COMMAND_PROXY = 0x21;
    private static final int FAMILY_UNSPEC = 0x00;
    private static final int PROTOCOL_MASK = 0x0f;
    private static final int PROTOCOL_DATAGRAMS = 0x02;
    private static final int TCP_IPV4 = 0x11;
    private static final int TCP_IPV6 = 0x21;
    private static final int UNIX_STREAM = 0x31;
    private static final int UNIX_BYTES = 216;
    private static final int TLV_HEAD_BYTES = 3;
    private static final int CRC_BYTES = 4;

    /** What came of a look. */
    public enum Outcome {
        /** More bytes are needed. */
        INCOMPLETE,
        /** It was read, and its bytes are skipped. */
        COMPLETE,
        /** There is none: the first bytes are those of something else. */
        NONE,
        /** It begins like one and is none. */
        BAD
    }

    private ProxyHeader header = ProxyHeader.UNKNOWN;

    /** Looks at all that has arrived so far; only a complete header is taken out of the buffer. */
    public Outcome read(ByteBuf bytes) {
        if (beginsLike(bytes, SIGNATURE)) {
            return bytes.readableBytes() < V2_HEAD_BYTES
                    ? Outcome.INCOMPLETE
                    : version2(bytes, bytes.getUnsignedByte(bytes.readerIndex() + FAMILY_AT));
        }
        if (beginsLike(bytes, PREFIX)) {
            return version1(bytes);
        }
        return Outcome.NONE;
    }

    /**
     * Looks at a datagram; each begins with a header of its own, of version 2, as version 1 knows
     * no datagrams. The header may say that its client came by a stream.
     *
     * @return never {@link Outcome#INCOMPLETE}
     */
    public Outcome readDatagram(ByteBuf datagram) {
        if (datagram.readableBytes() < SIGNATURE.length || !beginsLike(datagram, SIGNATURE)) {
            return Outcome.NONE;
        }
        if (datagram.readableBytes() < V2_HEAD_BYTES) {
            return Outcome.BAD;
        }
        int family = datagram.getUnsignedByte(datagram.readerIndex() + FAMILY_AT);
        boolean byDatagrams = (family & PROTOCOL_MASK) == PROTOCOL_DATAGRAMS;
        // Both are laid out alike.
        Outcome outcome = version2(datagram, byDatagrams ? family - 1 : family);
        return outcome == Outcome.INCOMPLETE ? Outcome.BAD : outcome;
    }

    /** The header read last. */
    public ProxyHeader header() {
        return header;
    }

    private static boolean beginsLike(ByteBuf bytes, byte[] pattern) {
        int count = Math.min(bytes.readableBytes(), pattern.length);
        for (int i = 0; i < count; i++) {
            if (bytes.getByte(bytes.readerIndex() + i) != pattern[i]) {
                return false;
            }
        }
        return true;
    }

    private Outcome version1(ByteBuf bytes) {
        int lookedAt = Math.min(bytes.readableBytes(), V1_BYTES_MAX);
        int end = bytes.indexOf(bytes.readerIndex(), bytes.readerIndex() + lookedAt, (byte) '\n');
        if (end < 0) {
            return lookedAt == V1_BYTES_MAX ? Outcome.BAD : Outcome.INCOMPLETE;
        }
        int length = end - bytes.readerIndex() + 1;
        String line = bytes.toString(bytes.readerIndex(), length, StandardCharsets.ISO_8859_1);
        if (!line.endsWith("\r\n")) {
            return Outcome.BAD;
        }
        ProxyHeader read = version1(line.substring(0, line.length() - 2).split(" ", -1));
        if (read == null) {
            return Outcome.BAD;
        }
        header = read;
        bytes.skipBytes(length);
        return Outcome.COMPLETE;
    }

    private static @Nullable ProxyHeader version1(String[] words) {
        // What follows UNKNOWN is to be ignored.
        if (words.length >= 2 && words[1].equals("UNKNOWN")) {
            return ProxyHeader.UNKNOWN;
        }
        boolean four = words.length == 6 && words[1].equals("TCP4");
        if (!four && (words.length != 6 || !words[1].equals("TCP6"))) {
            return null;
        }
        byte[] source = four ? IpText.parse4(words[2]) : IpText.parse6(words[2]);
        byte[] destination = four ? IpText.parse4(words[3]) : IpText.parse6(words[3]);
        int sourcePort = port(words[4]);
        int destinationPort = port(words[5]);
        if (source == null || destination == null || sourcePort < 0 || destinationPort < 0) {
            return null;
        }
        return new ProxyHeader(
                address(source, sourcePort), address(destination, destinationPort), ProxyTlvs.NONE);
    }

    private static int port(String text) {
        boolean digits =
                !text.isEmpty()
                        && text.length() <= 5
                        && text.chars().allMatch(c -> c >= '0' && c <= '9')
                        && (text.length() == 1 || text.charAt(0) != '0');
        int port = digits ? Integer.parseInt(text) : -1;
        return port > 65_535 ? -1 : port;
    }

    private Outcome version2(ByteBuf bytes, int family) {
        int start = bytes.readerIndex();
        int command = bytes.getUnsignedByte(start + COMMAND_AT);
        int length = bytes.getUnsignedShort(start + LENGTH_AT);
        if ((command != COMMAND_LOCAL && command != COMMAND_PROXY) || length > LENGTH_MAX) {
            return Outcome.BAD;
        }
        int addressBytes = addressBytes(family);
        // What a LOCAL header has behind its head is to be skipped, whatever it is.
        if (command == COMMAND_PROXY && (addressBytes < 0 || addressBytes > length)) {
            return Outcome.BAD;
        }
        if (bytes.readableBytes() < V2_HEAD_BYTES + length) {
            return Outcome.INCOMPLETE;
        }
        byte[] body = ByteBufUtil.getBytes(bytes, start + V2_HEAD_BYTES, length);
        if (command == COMMAND_LOCAL) {
            header = ProxyHeader.UNKNOWN;
        } else if (!tlvsAreFine(bytes, start, body, addressBytes)) {
            return Outcome.BAD;
        } else {
            header = version2(family, body, addressBytes);
        }
        bytes.skipBytes(V2_HEAD_BYTES + length);
        return Outcome.COMPLETE;
    }

    /** Negative for families that nothing which arrives here has. */
    private static int addressBytes(int family) {
        return switch (family) {
            case FAMILY_UNSPEC -> 0;
            case TCP_IPV4 -> 12;
            case TCP_IPV6 -> 36;
            case UNIX_STREAM -> UNIX_BYTES;
            default -> -1;
        };
    }

    private static ProxyHeader version2(int family, byte[] body, int addressBytes) {
        var tlvs = new ProxyTlvs(slice(body, addressBytes, body.length - addressBytes));
        if (family != TCP_IPV4 && family != TCP_IPV6) {
            return new ProxyHeader(null, null, tlvs);
        }
        int ip = family == TCP_IPV4 ? 4 : 16;
        return new ProxyHeader(
                address(slice(body, 0, ip), int16(body, 2 * ip)),
                address(slice(body, ip, ip), int16(body, 2 * ip + 2)),
                tlvs);
    }

    private static boolean tlvsAreFine(ByteBuf bytes, int start, byte[] body, int from) {
        int at = from;
        while (at < body.length) {
            if (body.length - at < TLV_HEAD_BYTES) {
                return false;
            }
            int length = int16(body, at + 1);
            int value = at + TLV_HEAD_BYTES;
            if (body.length - value < length) {
                return false;
            }
            if ((body[at] & 0xff) == ProxyHeader.TYPE_CRC32C
                    && (length != CRC_BYTES || !checksumFits(bytes, start, body, value))) {
                return false;
            }
            at = value + length;
        }
        return true;
    }

    /** Over the whole header, the checksum itself counting as zeros. */
    private static boolean checksumFits(ByteBuf bytes, int start, byte[] body, int value) {
        byte[] zeroed = body.clone();
        int sent = 0;
        for (int i = 0; i < CRC_BYTES; i++) {
            sent = sent << Byte.SIZE | (body[value + i] & 0xff);
            zeroed[value + i] = 0;
        }
        CRC32C checksum = new CRC32C();
        checksum.update(ByteBufUtil.getBytes(bytes, start, V2_HEAD_BYTES));
        checksum.update(zeroed);
        return (int) checksum.getValue() == sent;
    }

    private static byte[] slice(byte[] from, int start, int length) {
        byte[] slice = new byte[length];
        System.arraycopy(from, start, slice, 0, length);
        return slice;
    }

    private static int int16(byte[] from, int at) {
        return (from[at] & 0xff) << Byte.SIZE | (from[at + 1] & 0xff);
    }

    private static InetSocketAddress address(byte[] ip, int port) {
        try {
            return new InetSocketAddress(InetAddress.getByAddress(ip), port);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address has 4 or 16 bytes", e);
        }
    }
}
