package io.sluice.proto;

import java.util.Optional;

/**
 * A network: {@code 10.0.0.0/8}, {@code 2001:db8::/32}, or one address. Immutable; compared by
 * identity.
 *
 * <p>An IPv4 address and the same one mapped into IPv6 (::ffff:0:0/96) are the same client.
 */
public final class Cidr {
    private static final int MAPPED_BYTES = 12;

    private final byte[] network;
    private final int prefixBits;

    private Cidr(byte[] network, int prefixBits) {
        this.network = network;
        this.prefixBits = prefixBits;
    }

    /** What a text means; empty if it is no network, or has bits set after its prefix. */
    public static Optional<Cidr> parse(String text) {
        int slash = text.indexOf('/');
        byte[] address = IpText.parse(slash < 0 ? text : text.substring(0, slash));
        if (address == null) {
            return Optional.empty();
        }
        int bits = address.length * 8;
        int prefixBits = slash < 0 ? bits : prefixBits(text.substring(slash + 1));
        if (prefixBits < 0 || prefixBits > bits || hasBitsAfter(address, prefixBits)) {
            return Optional.empty();
        }
        return Optional.of(new Cidr(address, prefixBits));
    }

    /** Whether an address of 4 or 16 bytes lies within. Allocates nothing. */
    public boolean contains(byte[] address) {
        int offset = network.length == 4 && isMapped(address) ? MAPPED_BYTES : 0;
        if (address.length - offset != network.length) {
            return false;
        }
        int whole = prefixBits / 8;
        for (int i = 0; i < whole; i++) {
            if (address[offset + i] != network[i]) {
                return false;
            }
        }
        int rest = prefixBits % 8;
        return rest == 0
                || ((address[offset + whole] ^ network[whole]) & 0xff00 >> rest & 0xff) == 0;
    }

    /** {@code 10.0.0.0/8}. */
    @Override
    public String toString() {
        return IpText.format(network) + "/" + prefixBits;
    }

    private static int prefixBits(String text) {
        boolean digits =
                !text.isEmpty()
                        && text.length() <= 3
                        && text.chars().allMatch(c -> c >= '0' && c <= '9');
        return digits ? Integer.parseInt(text) : -1;
    }

    private static boolean hasBitsAfter(byte[] address, int prefixBits) {
        for (int bit = prefixBits; bit < address.length * 8; bit++) {
            if ((address[bit / 8] & 0x80 >> bit % 8) != 0) {
                return true;
            }
        }
        return false;
    }

    private static boolean isMapped(byte[] address) {
        if (address.length != 16 || address[10] != -1 || address[11] != -1) {
            return false;
        }
        for (int i = 0; i < 10; i++) {
            if (address[i] != 0) {
                return false;
            }
        }
        return true;
    }
}
