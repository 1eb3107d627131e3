package io.sluice.dataplane.l7.stream;

import io.sluice.proto.IpText;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/** A list of networks in CIDR notation. Immutable. */
public record Networks(List<Network> networks) {
    /** No network. */
    public static final Networks NONE = new Networks(List.of());

    private static final int IPV4_BYTES = 4;
    private static final int IPV6_BYTES = 16;

    /**
     * Parses {@code 10.0.0.0/8}, {@code 2001:db8::/32}; an address alone is a network of one.
     *
     * @return null if some text is neither
     */
    public static @Nullable Networks parse(List<String> texts) {
        List<Network> networks = new ArrayList<>();
        for (String text : texts) {
            Network network = parse(text);
            if (network == null) {
                return null;
            }
            networks.add(network);
        }
        return new Networks(List.copyOf(networks));
    }

    private static @Nullable Network parse(String text) {
        int slash = text.indexOf('/');
        byte[] address = IpText.parse(slash < 0 ? text : text.substring(0, slash));
        if (address == null) {
            return null;
        }
        int bitsMax = address.length * 8;
        if (slash < 0) {
            return new Network(address, bitsMax);
        }
        String digits = text.substring(slash + 1);
        if (digits.isEmpty() || digits.length() > 3) {
            return null;
        }
        int bits = 0;
        for (int i = 0; i < digits.length(); i++) {
            char c = digits.charAt(i);
            if (c < '0' || c > '9') {
                return null;
            }
            bits = bits * 10 + c - '0';
        }
        return bits > bitsMax ? null : new Network(address, bits);
    }

    /** Whether an address of 4 or 16 bytes lies in one of them; IPv4 in IPv6 counts as IPv4. */
    public boolean contains(byte[] address) {
        if (networks.isEmpty()) {
            return false;
        }
        byte[] plain = plain(address);
        for (Network network : networks) {
            if (network.contains(plain)) {
                return true;
            }
        }
        return false;
    }

    // ::ffff:a.b.c.d, as a socket of both families shows clients of IPv4
    private static byte[] plain(byte[] address) {
        if (address.length != IPV6_BYTES || address[10] != -1 || address[11] != -1) {
            return address;
        }
        for (int i = 0; i < 10; i++) {
            if (address[i] != 0) {
                return address;
            }
        }
        byte[] plain = new byte[IPV4_BYTES];
        System.arraycopy(address, IPV6_BYTES - IPV4_BYTES, plain, 0, IPV4_BYTES);
        return plain;
    }

    /** One network. */
    public static final class Network {
        private final byte[] address;
        private final int bits;

        Network(byte[] address, int bits) {
            this.address = address;
            this.bits = bits;
        }

        boolean contains(byte[] other) {
            if (other.length != address.length) {
                return false;
            }
            int whole = bits >> 3;
            for (int i = 0; i < whole; i++) {
                if (address[i] != other[i]) {
                    return false;
                }
            }
            int rest = bits & 7;
            return rest == 0 || ((address[whole] ^ other[whole]) & 0xff) >> (8 - rest) == 0;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Network network
                    && bits == network.bits
                    && java.util.Arrays.equals(address, network.address);
        }

        @Override
        public int hashCode() {
            return 31 * bits + java.util.Arrays.hashCode(address);
        }
    }
}
