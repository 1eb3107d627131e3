package io.sluice.dataplane.l7.route;

import io.sluice.dataplane.l7.message.Ascii;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.Map;

/**
 * A hash map whose keys are looked up as slices of a longer array, without making an object of
 * them. Immutable. The keys are the operator's: a client cannot make chains longer.
 */
final class SliceMap<V> {
    private final byte[][] keys;
    private final Object[] values;
    private final int mask;

    private SliceMap(int capacity) {
        keys = new byte[capacity][];
        values = new Object[capacity];
        mask = capacity - 1;
    }

    /** A map of these keys, whose characters are all below 256. */
    static <V> SliceMap<V> of(Map<String, V> entries) {
        // At most half full, so that a look-up of what is not there ends soon.
        int capacity = Integer.highestOneBit(Math.max(1, entries.size()) * 2 - 1) * 2;
        SliceMap<V> map = new SliceMap<>(capacity);
        entries.forEach((key, value) -> map.put(Ascii.bytes(key), value));
        return map;
    }

    private void put(byte[] key, V value) {
        int at = hash(key, 0, key.length) & mask;
        while (keys[at] != null) {
            at = at + 1 & mask;
        }
        keys[at] = key;
        values[at] = value;
    }

    /** The value of the key that equals a range; null if there is none. */
    @SuppressWarnings("unchecked") // Only put() writes values.
    @Nullable V get(byte[] bytes, int start, int end) {
        int at = hash(bytes, start, end) & mask;
        byte[] key = keys[at];
        while (key != null) {
            if (Arrays.equals(key, 0, key.length, bytes, start, end)) {
                return (V) values[at];
            }
            at = at + 1 & mask;
            key = keys[at];
        }
        return null;
    }

    private static int hash(byte[] bytes, int start, int end) {
        int hash = end - start;
        for (int i = start; i < end; i++) {
            hash = hash * 31 + bytes[i];
        }
        return hash ^ hash >>> 15;
    }
}
