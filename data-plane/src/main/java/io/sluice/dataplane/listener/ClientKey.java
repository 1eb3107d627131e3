package io.sluice.dataplane.listener;

import io.sluice.proto.IpText;

/**
 * The network of a client: the leading bits of its address, the rest 0. An IPv4 address that is
 * mapped into IPv6 is IPv4.
 *
 * @param high the first 8 bytes; 0 for IPv4
 * @param low the others; for IPv4 its 4 bytes
 */
record ClientKey(boolean ipv4, long high, long low) {
    private static final int IPV4_BYTES = 4;

    /**
     * The network of an address.
     *
     * @param address 4 or 16 bytes
     */
    static ClientKey of(byte[] address, int ipv4Bits, int ipv6Bits) {
        if (address.length == IPV4_BYTES) {
            return ofIpv4(word(address, 0), ipv4Bits);
        }
        long high = word(address, 0) << Integer.SIZE | word(address, 4);
        long low = word(address, 8) << Integer.SIZE | word(address, 12);
        if (high == 0 && low >>> Integer.SIZE == 0xffffL) {
            return ofIpv4(low & 0xffff_ffffL, ipv4Bits);
        }
        long highMask = ipv6Bits >= Long.SIZE ? -1L : -1L << (Long.SIZE - ipv6Bits);
        long lowMask = ipv6Bits <= Long.SIZE ? 0 : -1L << (2 * Long.SIZE - ipv6Bits);
        return new ClientKey(false, high & highMask, low & lowMask);
    }

    private static ClientKey ofIpv4(long word, int bits) {
        return new ClientKey(
                true, 0, word & (0xffff_ffffL << (Integer.SIZE - bits)) & 0xffff_ffffL);
    }

    private static long word(byte[] address, int from) {
        return (address[from] & 0xffL) << 24
                | (address[from + 1] & 0xffL) << 16
                | (address[from + 2] & 0xffL) << 8
                | (address[from + 3] & 0xffL);
    }

    /** The network's first address, as text. */
    String text() {
        byte[] bytes = new byte[ipv4 ? IPV4_BYTES : 16];
        for (int i = 0; i < bytes.length; i++) {
            int fromEnd = bytes.length - 1 - i;
            long word = fromEnd < Long.BYTES ? low : high;
            bytes[i] = (byte) (word >>> (fromEnd % Long.BYTES * Byte.SIZE));
        }
        return IpText.format(bytes);
    }
}
