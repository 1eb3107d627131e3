package io.sluice.dataplane.l4;

import io.sluice.dataplane.net.Loop;

/**
 * Turns a client's address into the value of its picks: equal for addresses that agree in the
 * leading bits, on every node.
 */
public record SourceAffinity(int ipv4Bits, int ipv6Bits) {
    private static final int IPV4_BYTES = 4;

    /**
     * The value of a client's picks.
     *
     * @param address 4 or 16 bytes
     * @return 64 bits, spread evenly
     */
    public long value64(byte[] address) {
        int bits = address.length == IPV4_BYTES ? ipv4Bits : ipv6Bits;
        long value = address.length;
        for (int i = 0; i * Byte.SIZE < bits; i++) {
            int kept = Math.min(Byte.SIZE, bits - i * Byte.SIZE);
            value = Loop.mix64(value + (address[i] & 0xff00 >> kept & 0xff));
        }
        return value;
    }
}
