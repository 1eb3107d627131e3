package io.sluice.dataplane.l7.codec.http2;

/**
 * Bytes in the order of their coming, of which the oldest are forgotten; each range stays in one
 * piece. Positions count from the beginning of time, so that they stay valid when bytes move.
 */
final class ByteRing {
    private static final int BYTES_AT_FIRST = 256;

    private byte[] bytes = new byte[0];
    private long base;
    private int start;
    private int end;

    /** What {@link #offset} refers to, until the next {@link #append}. */
    byte[] bytes() {
        return bytes;
    }

    /** Where a position is in {@link #bytes}. */
    int offset(long position) {
        return (int) (position - base);
    }

    /** Adds a copy of the range, which is not of this ring, and says its position. */
    long append(byte[] source, int from, int length) {
        ensure(length);
        System.arraycopy(source, from, bytes, end, length);
        long position = base + end;
        end += length;
        return position;
    }

    /** Forgets what lies before a position. */
    void dropBefore(long position) {
        start = offset(position);
    }

    void clear() {
        start = end;
    }

    private void ensure(int more) {
        if (bytes.length - end >= more) {
            return;
        }
        int live = end - start;
        byte[] target = bytes;
        // At least twice the live bytes, so that moving them is rare.
        if (bytes.length < 2 * (live + more)) {
            target = new byte[Math.max(BYTES_AT_FIRST, Integer.highestOneBit(live + more) * 4)];
        }
        System.arraycopy(bytes, start, target, 0, live);
        bytes = target;
        base += start;
        end = live;
        start = 0;
    }
}
