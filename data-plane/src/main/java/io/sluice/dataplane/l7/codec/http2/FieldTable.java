package io.sluice.dataplane.l7.codec.http2;

import java.util.Arrays;

/**
 * Entries of a HPACK table as the lines that HTTP/1.1 writes, each with what was found out about it
 * when it was added, so that using one is copying one range. Grows with its entries. Belongs to one
 * connection.
 */
final class FieldTable {
    /** What each entry counts besides its name and value (RFC 7541 section 4.1). */
    static final int OVERHEAD_BYTES = 32;

    private static final int ENTRIES_AT_FIRST = 16;

    private final ByteRing lines = new ByteRing();
    private long[] positions = new long[ENTRIES_AT_FIRST];
    private int[] nameLengths = new int[ENTRIES_AT_FIRST];
    private int[] valueLengths = new int[ENTRIES_AT_FIRST];
    private int[] traits = new int[ENTRIES_AT_FIRST];
    private int oldest;
    private int count;
    private int bytes;
    private int bytesMax;
    private long changes;

    FieldTable(int bytesMax) {
        this.bytesMax = bytesMax;
    }

    int count() {
        return count;
    }

    /** What the entries count together. */
    int size() {
        return bytes;
    }

    int bytesMax() {
        return bytesMax;
    }

    /** How often an entry was added, or the bound changed: between, numbers mean the same. */
    long changes() {
        return changes;
    }

    /** Changes the bound; the oldest entries that no longer fit are gone. */
    void bytesMax(int changed) {
        changes++;
        bytesMax = changed;
        evictTo(changed);
    }

    /**
     * Adds the line {@code name: value CR LF} that begins at {@code line}, in the place of the
     * oldest entries; one greater than the table empties it (RFC 7541 section 4.4).
     */
    void add(byte[] source, int line, int nameLength, int valueLength, int trait) {
        changes++;
        int entryBytes = nameLength + valueLength + OVERHEAD_BYTES;
        evictTo(bytesMax - entryBytes);
        if (entryBytes > bytesMax) {
            return;
        }
        if (count == positions.length) {
            grow();
        }
        int slot = (oldest + count) & (positions.length - 1);
        int lineLength = nameLength + valueLength + FieldBlock.LINE_EXTRA_BYTES;
        positions[slot] = lines.append(source, line, lineLength);
        nameLengths[slot] = nameLength;
        valueLengths[slot] = valueLength;
        traits[slot] = trait;
        bytes += entryBytes;
        count++;
    }

    private void evictTo(int target) {
        while (count > 0 && bytes > target) {
            bytes -= nameLengths[oldest] + valueLengths[oldest] + OVERHEAD_BYTES;
            oldest = (oldest + 1) & (positions.length - 1);
            count--;
        }
        if (count == 0) {
            lines.clear();
        } else {
            lines.dropBefore(positions[oldest]);
        }
    }

    private void grow() {
        int length = positions.length;
        positions = rotated(positions);
        nameLengths = rotated(nameLengths);
        valueLengths = rotated(valueLengths);
        traits = rotated(traits);
        assert positions.length == 2 * length;
        oldest = 0;
    }

    private long[] rotated(long[] ring) {
        long[] rotated = Arrays.copyOf(ring, ring.length * 2);
        System.arraycopy(ring, oldest, rotated, 0, ring.length - oldest);
        System.arraycopy(ring, 0, rotated, ring.length - oldest, oldest);
        return rotated;
    }

    private int[] rotated(int[] ring) {
        int[] rotated = Arrays.copyOf(ring, ring.length * 2);
        System.arraycopy(ring, oldest, rotated, 0, ring.length - oldest);
        System.arraycopy(ring, 0, rotated, ring.length - oldest, oldest);
        return rotated;
    }

    /** Where the other methods find an entry: the one added last is number 0. */
    int slot(int age) {
        assert age >= 0 && age < count;
        return (oldest + count - 1 - age) & (positions.length - 1);
    }

    /** What {@link #line} refers to, until the next {@link #add}. */
    byte[] bytes() {
        return lines.bytes();
    }

    int line(int slot) {
        return lines.offset(positions[slot]);
    }

    int nameLength(int slot) {
        return nameLengths[slot];
    }

    int valueLength(int slot) {
        return valueLengths[slot];
    }

    int trait(int slot) {
        return traits[slot];
    }
}
