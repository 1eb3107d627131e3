package io.sluice.dataplane.tls;

import io.netty.buffer.ByteBuf;
import io.sluice.proto.DnsName;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads what a client says first (RFC 8446 section 4.1.2, the same in TLS 1.2): the server name and
 * the protocols it offers. Consumes nothing, checks only what it walks over, and gives up rather
 * than guess; whether the message is right is for the TLS library to say. One for each loop.
 */
public final class ClientHello {
    /** Bytes that a client may take for it, record headers included; common ones have 2,000. */
    public static final int BYTES_MAX = 32 * 1024;

    private static final int RECORD_HANDSHAKE = 22;
    private static final int RECORD_HEADER_BYTES = 5;
    private static final int RECORD_BYTES_MAX = 16 * 1024;
    private static final int MESSAGE_CLIENT_HELLO = 1;
    private static final int MESSAGE_HEADER_BYTES = 4;
    private static final int VERSION_AND_RANDOM_BYTES = 34;
    private static final int EXTENSION_SERVER_NAME = 0;
    private static final int EXTENSION_ALPN = 16;
    private static final int EXTENSION_ENCRYPTED = 0xfe0d;
    private static final int NAME_TYPE_HOST = 0;

    /** What came of it. */
    public enum Outcome {
        /** More bytes are needed. */
        INCOMPLETE,
        /** It was read. */
        COMPLETE,
        /** That is no ClientHello. */
        BAD
    }

    // The message without its record headers.
    private final byte[] message = new byte[BYTES_MAX];
    private int length;
    private int at;
    private String serverName = "";
    private boolean encrypted;
    private final List<String> protocols = new ArrayList<>();

    /** Looks at what has arrived, from its reader index on; the buffer stays as it is. */
    public Outcome read(ByteBuf bytes) {
        serverName = "";
        encrypted = false;
        protocols.clear();
        length = 0;
        at = 0;
        Outcome gathered = gather(bytes);
        if (gathered != Outcome.COMPLETE) {
            return gathered;
        }
        return hello() ? Outcome.COMPLETE : Outcome.BAD;
    }

    /** The name that the client asks for, in lower case; empty for none. Of the last read. */
    public String serverName() {
        return serverName;
    }

    /** What it offers by ALPN, in its order. Of the last read. */
    public List<String> protocols() {
        return List.copyOf(protocols);
    }

    /**
     * Whether another hello is hidden in it (ECH), or something that looks so. Of the last read.
     */
    public boolean encrypted() {
        return encrypted;
    }

    /** Puts the fragments of the first handshake message together. */
    private Outcome gather(ByteBuf bytes) {
        int index = bytes.readerIndex();
        int end = bytes.writerIndex();
        int wanted = MESSAGE_HEADER_BYTES;
        while (length < wanted) {
            if (end - index < RECORD_HEADER_BYTES) {
                return index < end && bytes.getUnsignedByte(index) != RECORD_HANDSHAKE
                        ? Outcome.BAD
                        : more(bytes);
            }
            int size = bytes.getUnsignedShort(index + 3);
            if (bytes.getUnsignedByte(index) != RECORD_HANDSHAKE
                    || bytes.getUnsignedByte(index + 1) != 3
                    || size == 0
                    || size > RECORD_BYTES_MAX) {
                return Outcome.BAD;
            }
            index += RECORD_HEADER_BYTES;
            int taken = Math.min(size, Math.min(end - index, message.length - length));
            bytes.getBytes(index, message, length, taken);
            length += taken;
            if (length >= MESSAGE_HEADER_BYTES) {
                wanted = MESSAGE_HEADER_BYTES + int24(1);
                if (message[0] != MESSAGE_CLIENT_HELLO || wanted > message.length) {
                    return Outcome.BAD;
                }
            }
            if (taken < size && length < wanted) {
                return more(bytes);
            }
            index += size;
        }
        length = wanted;
        return Outcome.COMPLETE;
    }

    private static Outcome more(ByteBuf bytes) {
        return bytes.readableBytes() >= BYTES_MAX ? Outcome.BAD : Outcome.INCOMPLETE;
    }

    private boolean hello() {
        at = MESSAGE_HEADER_BYTES + VERSION_AND_RANDOM_BYTES;
        // Session id, cipher suites, compression methods.
        if (!skip(1) || !skip(2) || !skip(1)) {
            return false;
        }
        if (at == length) {
            return true;
        }
        int end = vectorEnd(2, length);
        if (end != length) {
            return false;
        }
        while (at < end) {
            if (end - at < 4) {
                return false;
            }
            int type = int16(at);
            at += 2;
            int extensionEnd = vectorEnd(2, end);
            if (extensionEnd < 0 || !extension(type, extensionEnd)) {
                return false;
            }
            at = extensionEnd;
        }
        return true;
    }

    private boolean extension(int type, int end) {
        return switch (type) {
            case EXTENSION_SERVER_NAME -> serverName(end);
            case EXTENSION_ALPN -> alpn(end);
            case EXTENSION_ENCRYPTED -> {
                encrypted = true;
                yield true;
            }
            default -> true;
        };
    }

    private boolean serverName(int end) {
        int listEnd = vectorEnd(2, end);
        if (listEnd != end) {
            return false;
        }
        while (at < end) {
            int type = message[at++];
            int nameEnd = vectorEnd(2, end);
            if (nameEnd < 0) {
                return false;
            }
            String name = text(nameEnd);
            if (type == NAME_TYPE_HOST && serverName.isEmpty() && DnsName.isValid(name)) {
                serverName = DnsName.canonical(name);
            }
            at = nameEnd;
        }
        return true;
    }

    private boolean alpn(int end) {
        int listEnd = vectorEnd(2, end);
        if (listEnd != end) {
            return false;
        }
        while (at < end) {
            int nameEnd = vectorEnd(1, end);
            if (nameEnd <= at) {
                return false;
            }
            protocols.add(text(nameEnd));
            at = nameEnd;
        }
        return true;
    }

    private boolean skip(int sizeBytes) {
        int end = vectorEnd(sizeBytes, length);
        at = end;
        return end >= 0;
    }

    /**
     * Steps over the size of a vector.
     *
     * @return where the vector ends; negative if that is not within {@code limit}
     */
    private int vectorEnd(int sizeBytes, int limit) {
        if (at < 0 || limit - at < sizeBytes) {
            return -1;
        }
        int size = sizeBytes == 1 ? message[at] & 0xff : int16(at);
        at += sizeBytes;
        return limit - at < size ? -1 : at + size;
    }

    private String text(int end) {
        return new String(message, at, end - at, StandardCharsets.ISO_8859_1);
    }

    private int int16(int index) {
        return (message[index] & 0xff) << 8 | (message[index + 1] & 0xff);
    }

    private int int24(int index) {
        return (message[index] & 0xff) << 16 | int16(index + 1);
    }
}
