package io.sluice.dataplane.l7.codec.http2;

import io.sluice.dataplane.l7.message.Fields;

/**
 * Decodes field blocks (RFC 7541) into lines of HTTP/1.1. One per direction of a connection, whose
 * dynamic table it keeps: each block has to pass here, in order, whatever becomes of its stream.
 */
public final class HpackDecoder {
    /** The dynamic table that a peer may use, unless told otherwise (RFC 9113 section 6.5.2). */
    public static final int TABLE_BYTES = 4096;

    // Greater numbers mean nothing here, and smaller ones cannot overflow.
    private static final int INTEGER_SHIFT_MAX = 21;
    private static final int BAD = -1;

    private final FieldTable dynamic;
    private final RepeatedBlock lastHead = new RepeatedBlock();
    private final RepeatedBlock lastTrailers = new RepeatedBlock();
    private RepeatedBlock last = lastHead;
    private final int tableBytesMax;
    private int at;

    public HpackDecoder() {
        this(TABLE_BYTES);
    }

    HpackDecoder(int tableBytesMax) {
        this.tableBytesMax = tableBytesMax;
        this.dynamic = new FieldTable(tableBytesMax);
    }

    /**
     * Decodes a whole block.
     *
     * @param out has just begun
     * @return false if it breaks the coding: then the connection is of no more use
     */
    boolean decode(byte[] block, int from, int to, FieldBlock out) {
        last = lastHead;
        return repeatOrDecode(block, from, to, out);
    }

    /** As {@link #decode}, of trailers: they repeat each other and come between heads. */
    boolean decodeTrailers(byte[] block, int from, int to, FieldBlock out) {
        last = lastTrailers;
        return repeatOrDecode(block, from, to, out);
    }

    private boolean repeatOrDecode(byte[] block, int from, int to, FieldBlock out) {
        boolean again = last.is(block, from, to, dynamic.changes());
        if (again && last.repeat(out, dynamic)) {
            return true;
        }
        if (again) {
            last.beginAgain();
        } else {
            last.begin(block, from, to, dynamic.changes());
        }
        if (!fields(block, from, to, out)) {
            return false;
        }
        if (again) {
            last.means(out);
        }
        return true;
    }

    private boolean fields(byte[] block, int from, int to, FieldBlock out) {
        at = from;
        boolean first = true;
        while (at < to) {
            byte b = block[at];
            if (b < 0) {
                if (!indexed(block, to, out)) {
                    return false;
                }
            } else if ((b & 0x40) != 0) {
                if (!literal(block, to, 6, out, true, false)) {
                    return false;
                }
            } else if ((b & 0x20) != 0) {
                if (!first || !tableSize(block, to)) {
                    return false;
                }
                continue;
            } else if (!literal(block, to, 4, out, false, (b & 0x10) != 0)) {
                return false;
            }
            first = false;
        }
        return true;
    }

    // RFC 7541 section 6.3
    private boolean tableSize(byte[] block, int to) {
        int size = integer(block, to, 5);
        if (size < 0 || size > tableBytesMax) {
            return false;
        }
        last.refers();
        dynamic.bytesMax(size);
        return true;
    }

    // RFC 7541 section 6.1
    private boolean indexed(byte[] block, int to, FieldBlock out) {
        int index = integer(block, to, 7);
        if (!known(index)) {
            return false;
        }
        FieldTable table = table(index);
        int slot = slot(index);
        int nameLength = table.nameLength(slot);
        int valueLength = table.valueLength(slot);
        if (!out.admits(nameLength, valueLength)) {
            return true;
        }
        int line = table.line(slot);
        int lineEnd = line + nameLength + valueLength + FieldBlock.LINE_EXTRA_BYTES;
        int copy = out.fields().append(table.bytes(), line, lineEnd);
        out.accept(copy, nameLength, table.trait(slot), false);
        return true;
    }

    private boolean known(int index) {
        return index > 0 && index <= StaticTable.SIZE + dynamic.count();
    }

    private FieldTable table(int index) {
        if (index <= StaticTable.SIZE) {
            return StaticTable.entries();
        }
        last.refers();
        return dynamic;
    }

    private int slot(int index) {
        return index <= StaticTable.SIZE
                ? StaticTable.slot(index)
                : dynamic.slot(index - StaticTable.SIZE - 1);
    }

    // RFC 7541 section 6.2
    private boolean literal(
            byte[] block,
            int to,
            int prefixBits,
            FieldBlock out,
            boolean added,
            boolean neverIndexed) {
        Fields fields = out.fields();
        int line = fields.used();
        int index = integer(block, to, prefixBits);
        int trait;
        if (index == 0) {
            if (!string(block, to, fields)) {
                return false;
            }
            trait = FieldTraits.ofName(fields.bytes(), line, fields.used());
        } else if (known(index)) {
            trait = nameOf(index, fields);
        } else {
            return false;
        }
        int nameLength = fields.used() - line;
        int valueStart = fields.append((byte) ':', (byte) ' ') + 2;
        if (!string(block, to, fields)) {
            return false;
        }
        int valueEnd = fields.used();
        trait |= FieldTraits.ofValue(fields.bytes(), valueStart, valueEnd);
        fields.append((byte) '\r', (byte) '\n');
        int valueLength = valueEnd - valueStart;
        if (added) {
            dynamic.add(fields.bytes(), line, nameLength, valueLength, trait);
            last.adds(line, nameLength, valueLength, trait);
        }
        if (out.admits(nameLength, valueLength)) {
            out.accept(line, nameLength, trait, neverIndexed);
        } else {
            fields.received(line);
        }
        return true;
    }

    private int nameOf(int index, Fields fields) {
        FieldTable table = table(index);
        int slot = slot(index);
        int line = table.line(slot);
        fields.append(table.bytes(), line, line + table.nameLength(slot));
        return FieldTraits.nameOnly(table.trait(slot));
    }

    // RFC 7541 section 5.2
    private boolean string(byte[] block, int to, Fields fields) {
        if (at >= to) {
            return false;
        }
        boolean huffman = block[at] < 0;
        int length = integer(block, to, 7);
        if (length < 0 || length > to - at) {
            return false;
        }
        int start = at;
        at += length;
        if (!huffman) {
            fields.append(block, start, at);
            return true;
        }
        fields.reserve(Huffman.decodedBytesMax(length));
        int end = Huffman.decode(block, start, at, fields.bytes(), fields.used());
        if (end == Huffman.BAD) {
            return false;
        }
        fields.received(end);
        return true;
    }

    // RFC 7541 section 5.1
    private int integer(byte[] block, int to, int prefixBits) {
        int mask = (1 << prefixBits) - 1;
        int value = block[at++] & mask;
        if (value < mask) {
            return value;
        }
        for (int shift = 0; shift <= INTEGER_SHIFT_MAX && at < to; shift += 7) {
            byte b = block[at++];
            value += (b & 0x7f) << shift;
            if (b >= 0) {
                return value;
            }
        }
        return BAD;
    }
}
