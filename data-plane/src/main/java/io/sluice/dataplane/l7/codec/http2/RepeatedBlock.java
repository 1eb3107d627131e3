package io.sluice.dataplane.l7.codec.http2;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/**
 * The field block that came last and, once it has come twice, what it meant. Peers repeat
 * themselves: a server of gRPC begins and ends its answers with the same bytes, and a client sends
 * the same ones for every call of a method; to copy what they meant takes a fraction of the time of
 * decoding them again. Of one {@link HpackDecoder}.
 *
 * <p>A block that refers to the dynamic table means the same while nothing changes that; one that
 * does not means the same always, and does to the table what it did.
 */
final class RepeatedBlock {
    /** A longer block is decoded each time. */
    static final int BLOCK_BYTES_MAX = 1024;

    /** So is one that means more: a byte may refer to a field of 4 KiB. */
    static final int FIELD_BYTES_MAX = 2048;

    static final int FIELDS_MAX = 64;

    /** So is one that adds more entries to the table. */
    static final int ADDED_MAX = 32;

    private static final int ADDED_AT_FIRST = 8;

    // Of each entry added: its line in the fields, the lengths of its name and value, its trait.
    private static final int STRIDE = 4;

    private byte[] bytes = new byte[0];
    private int length = -1;
    private long tableChanges;
    private boolean refers;
    private int[] added = new int[0];
    private int addedCount;
    private @Nullable FieldBlock meaning;
    private boolean known;

    /**
     * Whether the range is the last block, and means the same again.
     *
     * @param changes of the dynamic table so far
     */
    boolean is(byte[] block, int from, int to, long changes) {
        return length == to - from
                && (!refers || changes == tableChanges)
                && Arrays.equals(bytes, 0, length, block, from, to);
    }

    /**
     * The range is the last block now, and is about to be decoded; parameters as of {@link #is}.
     */
    void begin(byte[] block, int from, int to, long changes) {
        beginAgain();
        refers = false;
        length = to - from;
        if (length > BLOCK_BYTES_MAX) {
            length = -1;
            return;
        }
        if (bytes.length < length) {
            bytes = new byte[Math.max(length, Math.min(2 * bytes.length, BLOCK_BYTES_MAX))];
        }
        System.arraycopy(block, from, bytes, 0, length);
        tableChanges = changes;
    }

    /** The last block is about to be decoded again. */
    void beginAgain() {
        known = false;
        addedCount = 0;
    }

    /** What it means depends on the dynamic table. */
    void refers() {
        refers = true;
    }

    /** It adds an entry; parameters as of {@link FieldTable#add}, the line in the fields. */
    void adds(int line, int nameLength, int valueLength, int trait) {
        int at = addedCount++ * STRIDE;
        if (addedCount > ADDED_MAX) {
            return;
        }
        if (at == added.length) {
            added = Arrays.copyOf(added, Math.max(ADDED_AT_FIRST * STRIDE, 2 * at));
        }
        added[at] = line;
        added[at + 1] = nameLength;
        added[at + 2] = valueLength;
        added[at + 3] = trait;
    }

    /** The last block came again, and this is what it means. */
    void means(FieldBlock decoded) {
        // The line of an authority that was added is no longer that of its entry.
        boolean lost = addedCount > 0 && decoded.has(FieldTraits.AUTHORITY);
        if (lost
                || addedCount > ADDED_MAX
                || !decoded.wellFormed()
                || decoded.fields().used() > FIELD_BYTES_MAX
                || decoded.fields().size() > FIELDS_MAX) {
            return;
        }
        if (meaning == null) {
            meaning = decoded.copy();
        } else {
            meaning.take(decoded);
        }
        known = true;
    }

    /**
     * Does what the last block does.
     *
     * @param out has just begun
     * @return false if that is not known, or is more than allowed now: then it has to be decoded
     */
    boolean repeat(FieldBlock out, FieldTable dynamic) {
        if (!known || meaning == null || !out.admits(meaning)) {
            return false;
        }
        out.take(meaning);
        byte[] lines = meaning.fields().bytes();
        for (int i = 0; i < addedCount * STRIDE; i += STRIDE) {
            dynamic.add(lines, added[i], added[i + 1], added[i + 2], added[i + 3]);
        }
        return true;
    }
}
