package io.sluice.dataplane.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.sluice.proto.IpText;

import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/**
 * Writes PROXY headers: what an upstream is told about the client. Version 2 carries the vectors
 * that came with the connection, with the node's own for ALPN, authority, unique id and checksum in
 * place of those.
 */
public final class ProxyHeaderWriter {
    private static final byte[] SIGNATURE = {
        0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a
    };
    private static final int COMMAND_LOCAL = 0x20;
    private static final int COMMAND_PROXY = 0x21;
    private static final int TCP_IPV4 = 0x11;
    private static final int TCP_IPV6 = 0x21;
    private static final int UDP_IPV4 = 0x12;
    private static final int UDP_IPV6 = 0x22;
    private static final int IPV4_BYTES = 4;
    private static final int IPV6_BYTES = 16;
    private static final int LENGTH_AT = 14;
    private static final int BODY_AT = 16;
    private static final int CRC_BYTES = 4;

    private ProxyHeaderWriter() {}

    /**
     * Who a connection is for.
     *
     * @param client the client's own address
     * @param local where it connected to
     * @param uniqueId bits for the unique id, where none came with the connection
     */
    public record Party(
            InetSocketAddress client, InetSocketAddress local, Arrival arrival, long uniqueId) {}

    /**
     * Appends a header of version 1.
     *
     * @param party null for a connection of the node's own, such as a check
     */
    public static void version1(ByteBuf into, @Nullable Party party) {
        into.writeCharSequence(line(party), StandardCharsets.US_ASCII);
    }

    private static String line(@Nullable Party party) {
        if (party == null) {
            return "PROXY UNKNOWN\r\n";
        }
        boolean four = isIpv4(party);
        return "PROXY "
                + (four ? "TCP4 " : "TCP6 ")
                + text(party.client().getAddress(), four)
                + " "
                + text(party.local().getAddress(), four)
                + " "
                + party.client().getPort()
                + " "
                + party.local().getPort()
                + "\r\n";
    }

    /**
     * Appends a header of version 2.
     *
     * @param party null for a connection of the node's own, such as a check: LOCAL
     */
    public static void version2(ByteBuf into, @Nullable Party party) {
        if (party == null) {
            into.writeBytes(SIGNATURE).writeByte(COMMAND_LOCAL).writeByte(0).writeShort(0);
            return;
        }
        version2(into, party, isIpv4(party) ? TCP_IPV4 : TCP_IPV6);
    }

    /** Appends what each datagram of a client begins with, of version 2. */
    public static void datagram(ByteBuf into, Party party) {
        version2(into, party, isIpv4(party) ? UDP_IPV4 : UDP_IPV6);
    }

    private static void version2(ByteBuf into, Party party, int family) {
        int start = into.writerIndex();
        boolean four = isIpv4(party);
        into.writeBytes(SIGNATURE).writeByte(COMMAND_PROXY).writeByte(family).writeShort(0);
        into.writeBytes(bytes(party.client().getAddress(), four));
        into.writeBytes(bytes(party.local().getAddress(), four));
        into.writeShort(party.client().getPort()).writeShort(party.local().getPort());
        tlvs(into, party);
        into.writeByte(ProxyHeader.TYPE_CRC32C).writeShort(CRC_BYTES).writeInt(0);
        into.setShort(start + LENGTH_AT, into.writerIndex() - start - BODY_AT);
        CRC32C checksum = new CRC32C();
        checksum.update(ByteBufUtil.getBytes(into, start, into.writerIndex() - start));
        into.setInt(into.writerIndex() - CRC_BYTES, (int) checksum.getValue());
    }

    private static void tlvs(ByteBuf into, Party party) {
        Arrival arrival = party.arrival();
        boolean alpn = !arrival.protocol().isEmpty();
        boolean authority = !arrival.serverName().isEmpty();
        boolean named = false;
        ProxyTlvs kept = arrival.proxyTlvs();
        for (int at = 0; at < kept.end(); at = kept.next(at)) {
            int type = kept.type(at);
            boolean replaced =
                    (type == ProxyHeader.TYPE_ALPN && alpn)
                            || (type == ProxyHeader.TYPE_AUTHORITY && authority)
                            || type == ProxyHeader.TYPE_CRC32C
                            || type == ProxyHeader.TYPE_NOOP;
            named |= type == ProxyHeader.TYPE_UNIQUE_ID;
            if (!replaced) {
                kept.write(at, into);
            }
        }
        if (alpn) {
            tlv(into, ProxyHeader.TYPE_ALPN, arrival.protocol());
        }
        if (authority) {
            tlv(into, ProxyHeader.TYPE_AUTHORITY, arrival.serverName());
        }
        if (!named) {
            tlv(into, ProxyHeader.TYPE_UNIQUE_ID, uniqueId(party.uniqueId()));
        }
    }

    private static String uniqueId(long bits) {
        String digits = Long.toHexString(bits);
        return "0".repeat(16 - digits.length()) + digits;
    }

    private static void tlv(ByteBuf into, int type, String value) {
        byte[] bytes = value.getBytes(StandardCharsets.ISO_8859_1);
        into.writeByte(type).writeShort(bytes.length).writeBytes(bytes);
    }

    private static boolean isIpv4(Party party) {
        return party.client().getAddress().getAddress().length == IPV4_BYTES
                && party.local().getAddress().getAddress().length == IPV4_BYTES;
    }

    private static String text(InetAddress address, boolean four) {
        byte[] bytes = bytes(address, four);
        return IpText.format(bytes);
    }

    /** An IPv4 address beside an IPv6 one is written mapped. */
    private static byte[] bytes(InetAddress address, boolean four) {
        byte[] bytes = address.getAddress();
        if (four || bytes.length == IPV6_BYTES) {
            return bytes;
        }
        byte[] mapped = new byte[IPV6_BYTES];
        mapped[10] = -1;
        mapped[11] = -1;
        System.arraycopy(bytes, 0, mapped, IPV6_BYTES - IPV4_BYTES, IPV4_BYTES);
        return mapped;
    }
}
