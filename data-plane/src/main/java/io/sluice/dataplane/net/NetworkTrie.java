package io.sluice.dataplane.net;

import io.sluice.proto.IpText;

import java.util.Arrays;
import java.util.List;

/**
 * Values by network; the longest prefix that holds an address wins. Immutable; safe anywhere, and a
 * look-up allocates nothing.
 *
 * <p>A binary trie in which a node stands only where networks begin or part (Morrison 1968), in
 * flat arrays: at most two nodes for each network, so 10,000 of them take less than a megabyte. An
 * IPv4 address and the same one mapped into IPv6 are the same.
 */
public final class NetworkTrie {
    /** What {@link #find} answers where no network holds the address. */
    public static final int NONE = -1;

    /** No network. */
    public static final NetworkTrie EMPTY = new Builder().build();

    private static final int IPV4_BYTES = 4;
    private static final int IPV4_BITS = 32;
    private static final int MAPPED_BYTES = 12;

    // Of each node: its prefix from the highest bit on, its length in bits, and its value or NONE.
    private final long[] high;
    private final long[] low;
    private final byte[] bits;
    private final int[] values;

    // Where to go on with a next bit of 0 and 1; 0 for nowhere, as no child is the first node.
    private final int[] zero;
    private final int[] one;
    private final int root4;
    private final int root6;

    private NetworkTrie(Builder built) {
        int count = built.count;
        this.high = Arrays.copyOf(built.high, count);
        this.low = Arrays.copyOf(built.low, count);
        this.bits = new byte[count];
        for (int i = 0; i < count; i++) {
            bits[i] = (byte) built.bits[i];
        }
        this.values = Arrays.copyOf(built.values, count);
        this.zero = Arrays.copyOf(built.zero, count);
        this.one = Arrays.copyOf(built.one, count);
        this.root4 = built.root4;
        this.root6 = built.root6;
    }

    /** All of these networks, which were checked before, with the value 0. */
    public static NetworkTrie of(List<String> networks) {
        var builder = new Builder();
        networks.forEach(network -> builder.put(network, 0));
        return builder.build();
    }

    /** Whether some network holds an address of 4 or 16 bytes. */
    public boolean contains(byte[] address) {
        return find(address) != NONE;
    }

    /** The value of the longest prefix that holds an address of 4 or 16 bytes, or {@link #NONE}. */
    public int find(byte[] address) {
        if (address.length == IPV4_BYTES) {
            return find(root4, word(address, 0) << IPV4_BITS, 0);
        }
        long upper = word(address, 0) << IPV4_BITS | word(address, 4);
        long lower = word(address, 8) << IPV4_BITS | word(address, MAPPED_BYTES);
        boolean mapped = upper == 0 && lower >>> IPV4_BITS == 0xffffL;
        return mapped ? find(root4, lower << IPV4_BITS, 0) : find(root6, upper, lower);
    }

    private int find(int root, long upper, long lower) {
        int found = NONE;
        int node = root;
        while (node != 0) {
            int length = bits[node] & 0xff;
            if (((upper ^ high[node]) & maskHigh(length)) != 0
                    || ((lower ^ low[node]) & maskLow(length)) != 0) {
                return found;
            }
            if (values[node] != NONE) {
                found = values[node];
            }
            if (length == Long.SIZE * 2) {
                return found;
            }
            node = bit(upper, lower, length) == 0 ? zero[node] : one[node];
        }
        return found;
    }

    private static long word(byte[] address, int from) {
        return (address[from] & 0xffL) << 24
                | (address[from + 1] & 0xffL) << 16
                | (address[from + 2] & 0xffL) << 8
                | (address[from + 3] & 0xffL);
    }

    private static long maskHigh(int length) {
        if (length == 0) {
            return 0;
        }
        return length >= Long.SIZE ? -1L : -1L << (Long.SIZE - length);
    }

    private static long maskLow(int length) {
        return length <= Long.SIZE ? 0 : -1L << (2 * Long.SIZE - length);
    }

    private static int bit(long upper, long lower, int place) {
        return (int)
                ((place < Long.SIZE
                                ? upper >>> (Long.SIZE - 1 - place)
                                : lower >>> (2 * Long.SIZE - 1 - place))
                        & 1);
    }

    /** Collects networks; of one thread. */
    public static final class Builder {
        private static final int FIRST_SIZE = 16;

        private long[] high = new long[FIRST_SIZE];
        private long[] low = new long[FIRST_SIZE];
        private int[] bits = new int[FIRST_SIZE];
        private int[] values = new int[FIRST_SIZE];
        private int[] zero = new int[FIRST_SIZE];
        private int[] one = new int[FIRST_SIZE];
        private int count = 1;
        private int root4;
        private int root6;

        /**
         * Adds a network; of several equal ones the first one's value counts.
         *
         * @param network in CIDR notation, or one address
         * @param value at least 0
         * @throws IllegalArgumentException if the text is no network; the rules refuse that before
         */
        public Builder put(String network, int value) {
            int slash = network.indexOf('/');
            byte[] address = IpText.parse(slash < 0 ? network : network.substring(0, slash));
            if (address == null) {
                throw new IllegalArgumentException(network + " is not a network");
            }
            int length =
                    slash < 0
                            ? address.length * Byte.SIZE
                            : Integer.parseInt(network.substring(slash + 1));
            if (address.length == IPV4_BYTES) {
                root4 = insert(root4, word(address, 0) << IPV4_BITS, 0, length, value);
            } else {
                long upper = word(address, 0) << IPV4_BITS | word(address, 4);
                long lower = word(address, 8) << IPV4_BITS | word(address, MAPPED_BYTES);
                root6 = insert(root6, upper, lower, length, value);
            }
            return this;
        }

        /** The trie of all networks so far. */
        public NetworkTrie build() {
            return new NetworkTrie(this);
        }

        /** Puts a network below a node, and says which node stands there then. */
        private int insert(int node, long upper, long lower, int length, int value) {
            if (node == 0) {
                return newNode(upper, lower, length, value);
            }
            int common = Math.min(Math.min(length, bits[node]), shared(node, upper, lower));
            if (common < bits[node]) {
                boolean itself = common == length;
                int parent = newNode(upper, lower, common, itself ? value : NONE);
                link(parent, bit(high[node], low[node], common), node);
                if (!itself) {
                    link(parent, bit(upper, lower, common), newNode(upper, lower, length, value));
                }
                return parent;
            }
            if (common == length) {
                values[node] = values[node] == NONE ? value : values[node];
                return node;
            }
            int side = bit(upper, lower, common);
            link(
                    node,
                    side,
                    insert(side == 0 ? zero[node] : one[node], upper, lower, length, value));
            return node;
        }

        private int shared(int node, long upper, long lower) {
            long differing = upper ^ high[node];
            return differing != 0
                    ? Long.numberOfLeadingZeros(differing)
                    : Long.SIZE + Long.numberOfLeadingZeros(lower ^ low[node]);
        }

        private void link(int parent, int side, int child) {
            if (side == 0) {
                zero[parent] = child;
            } else {
                one[parent] = child;
            }
        }

        private int newNode(long upper, long lower, int length, int value) {
            if (count == bits.length) {
                int size = 2 * count;
                high = Arrays.copyOf(high, size);
                low = Arrays.copyOf(low, size);
                bits = Arrays.copyOf(bits, size);
                values = Arrays.copyOf(values, size);
                zero = Arrays.copyOf(zero, size);
                one = Arrays.copyOf(one, size);
            }
            high[count] = upper & maskHigh(length);
            low[count] = lower & maskLow(length);
            bits[count] = length;
            values[count] = value;
            return count++;
        }
    }
}
