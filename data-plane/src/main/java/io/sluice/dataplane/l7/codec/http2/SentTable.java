package io.sluice.dataplane.l7.codec.http2;

import java.util.Arrays;

/**
 * The dynamic table of a peer's decoder, as its encoder knows it: names by number, values as bytes,
 * found by hash. Grows with its entries. Belongs to one connection.
 */
final class SentTable {
    private static final int ENTRIES_AT_FIRST = 16;
    private static final int BUCKETS = 64;

    private final ByteRing values = new ByteRing();
    private final long[] newestByHash = new long[BUCKETS];
    private long[] positions = new long[ENTRIES_AT_FIRST];
    private int[] names = new int[ENTRIES_AT_FIRST];
    private int[] valueLengths = new int[ENTRIES_AT_FIRST];
    private int[] sizes = new int[ENTRIES_AT_FIRST];
    private long[] previousByHash = new long[ENTRIES_AT_FIRST];

    /** Entries are numbered in the order of their adding, from 1; those up to this are gone. */
    private long gone;

    private long last;
    private int bytes;
    private int bytesMax;

    SentTable(int bytesMax) {
        this.bytesMax = bytesMax;
    }

    int bytesMax() {
        return bytesMax;
    }

    void bytesMax(int changed) {
        bytesMax = changed;
        evictTo(changed);
    }

    /** Where the field stands behind the static table, from 1, or 0 if it does not. */
    int find(int name, byte[] source, int start, int end) {
        long number = newestByHash[hash(name, source, start, end)];
        while (number > gone) {
            int slot = slot(number);
            if (names[slot] == name && sameValue(slot, source, start, end)) {
                return (int) (last - number) + 1;
            }
            number = previousByHash[slot];
        }
        return 0;
    }

    private int slot(long number) {
        return (int) number & (names.length - 1);
    }

    private boolean sameValue(int slot, byte[] source, int start, int end) {
        int length = valueLengths[slot];
        int from = values.offset(positions[slot]);
        return end - start == length
                && Arrays.equals(values.bytes(), from, from + length, source, start, end);
    }

    /** Adds a field, in the place of the oldest; it must fit. */
    void add(int name, int nameLength, byte[] source, int start, int end) {
        int size = nameLength + (end - start) + FieldTable.OVERHEAD_BYTES;
        evictTo(bytesMax - size);
        assert size <= bytesMax;
        if (last - gone == names.length) {
            grow();
        }
        long number = ++last;
        int slot = slot(number);
        positions[slot] = values.append(source, start, end - start);
        names[slot] = name;
        valueLengths[slot] = end - start;
        sizes[slot] = size;
        int bucket = hash(name, source, start, end);
        previousByHash[slot] = newestByHash[bucket];
        newestByHash[bucket] = number;
        bytes += size;
    }

    private void evictTo(int target) {
        while (gone < last && bytes > target) {
            gone++;
            bytes -= sizes[slot(gone)];
        }
        if (gone == last) {
            values.clear();
        } else {
            values.dropBefore(positions[slot(gone + 1)]);
        }
    }

    // Numbers stay; their slots follow from the new length.
    private void grow() {
        int before = names.length;
        int after = before * 2;
        long[] positionsAfter = new long[after];
        int[] namesAfter = new int[after];
        int[] valueLengthsAfter = new int[after];
        int[] sizesAfter = new int[after];
        long[] previousAfter = new long[after];
        for (long number = gone + 1; number <= last; number++) {
            int from = (int) number & (before - 1);
            int to = (int) number & (after - 1);
            positionsAfter[to] = positions[from];
            namesAfter[to] = names[from];
            valueLengthsAfter[to] = valueLengths[from];
            sizesAfter[to] = sizes[from];
            previousAfter[to] = previousByHash[from];
        }
        positions = positionsAfter;
        names = namesAfter;
        valueLengths = valueLengthsAfter;
        sizes = sizesAfter;
        previousByHash = previousAfter;
    }

    // A few bytes tell most values apart; equality is checked afterwards.
    private static int hash(int name, byte[] source, int start, int end) {
        int length = end - start;
        int hash = name * 31 + length;
        if (length > 0) {
            hash = hash * 31 + source[start];
            hash = hash * 31 + source[start + (length >> 1)];
            hash = hash * 31 + source[end - 1];
        }
        return (hash ^ hash >>> 6) & (BUCKETS - 1);
    }
}
