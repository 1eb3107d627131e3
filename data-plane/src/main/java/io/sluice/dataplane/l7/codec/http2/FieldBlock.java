package io.sluice.dataplane.l7.codec.http2;

import io.sluice.dataplane.l7.codec.HeadLimits;
import io.sluice.dataplane.l7.message.Ascii;
import io.sluice.dataplane.l7.message.Fields;
import io.sluice.dataplane.l7.message.HeaderName;

/**
 * What a {@link HpackDecoder} fills: the regular fields go to {@link Fields} as lines of HTTP/1.1,
 * of pseudo-header fields the place is noted. Says whether a field was malformed (RFC 9113 section
 * 8.1.1) or there were too many. One is used for block after block; copies of some are kept.
 */
final class FieldBlock {
    /** Of each line: colon, space and line break. */
    static final int LINE_EXTRA_BYTES = 4;

    private static final int SEPARATOR_BYTES = 2;
    private static final int LINE_BREAK_BYTES = 2;

    private static final byte[] HOST = Ascii.bytes("host: ");
    private static final int PSEUDOS = FieldTraits.PROTOCOL + 1;

    private final int[] starts = new int[PSEUDOS];
    private final int[] ends = new int[PSEUDOS];
    private Fields fields;
    private int pseudosSeen;
    private int listBytes;
    private int listBytesMax;
    private int count;
    private int countMax;
    private boolean malformed;
    private boolean tooLarge;

    FieldBlock() {
        this(new Fields());
    }

    private FieldBlock(Fields fields) {
        this.fields = fields;
    }

    /** Forgets everything and starts on fields that have begun. */
    void begin(Fields begun, HeadLimits limits) {
        fields = begun;
        pseudosSeen = 0;
        listBytes = 0;
        listBytesMax = limits.headBytesMax();
        count = 0;
        countMax = limits.fieldsMax();
        malformed = false;
        tooLarge = false;
    }

    Fields fields() {
        return fields;
    }

    /** Neither malformed nor too large. */
    boolean wellFormed() {
        return !malformed && !tooLarge;
    }

    /** A copy of one that is well-formed, in as little memory as it needs. */
    FieldBlock copy() {
        var copy = new FieldBlock(fields.copy());
        copy.takePlaces(this);
        return copy;
    }

    /** Becomes what another one is that is well-formed; its limits stay. */
    void take(FieldBlock other) {
        fields.become(other.fields);
        takePlaces(other);
    }

    private void takePlaces(FieldBlock other) {
        System.arraycopy(other.starts, 0, starts, 0, PSEUDOS);
        System.arraycopy(other.ends, 0, ends, 0, PSEUDOS);
        pseudosSeen = other.pseudosSeen;
        listBytes = other.listBytes;
        count = other.count;
    }

    /** Whether all of another one is within the limits of this one. */
    boolean admits(FieldBlock other) {
        return other.listBytes <= listBytesMax && other.count <= countMax;
    }

    /** Whether a name, a value, or the order of fields breaks the grammar. */
    boolean malformed() {
        return malformed;
    }

    /** Whether there were more bytes or fields than allowed; the rest is not here. */
    boolean tooLarge() {
        return tooLarge;
    }

    boolean has(int pseudo) {
        return (pseudosSeen & (1 << pseudo)) != 0;
    }

    int start(int pseudo) {
        return starts[pseudo];
    }

    int end(int pseudo) {
        return ends[pseudo];
    }

    /**
     * Counts a field as RFC 9113 section 6.5.2 does, crumbs of cookies one by one.
     *
     * @return whether it is still within the limits
     */
    boolean admits(int nameLength, int valueLength) {
        listBytes += nameLength + valueLength + FieldTable.OVERHEAD_BYTES;
        count++;
        // Neither sum can overflow: the first field too many is the last one counted.
        if (tooLarge || listBytes > listBytesMax || count > countMax) {
            tooLarge = true;
            listBytes = listBytesMax;
            count = countMax;
            return false;
        }
        return true;
    }

    /** Takes the field whose line is the last thing appended to {@link #fields}. */
    void accept(int line, int nameLength, int trait, boolean neverIndexed) {
        int nameEnd = line + nameLength;
        int valueStart = nameEnd + SEPARATOR_BYTES;
        int lineEnd = fields.used();
        int valueEnd = lineEnd - LINE_BREAK_BYTES;
        if (FieldTraits.bad(trait)) {
            malformed = true;
            return;
        }
        int pseudo = FieldTraits.pseudo(trait);
        if (pseudo != 0) {
            pseudo(pseudo, valueStart, valueEnd);
            if (pseudo == FieldTraits.AUTHORITY) {
                host(valueStart, valueEnd, lineEnd, neverIndexed);
            }
            return;
        }
        int nameId = FieldTraits.nameId(trait);
        fields.addReceived(line, nameEnd, valueStart, valueEnd, lineEnd, nameId, neverIndexed);
    }

    // RFC 9113 section 8.3: each once, and before all regular fields.
    private void pseudo(int pseudo, int valueStart, int valueEnd) {
        boolean regularSeen = fields.size() > (has(FieldTraits.AUTHORITY) ? 1 : 0);
        if (regularSeen || has(pseudo)) {
            malformed = true;
        }
        pseudosSeen |= 1 << pseudo;
        starts[pseudo] = valueStart;
        ends[pseudo] = valueEnd;
    }

    // The authority is what Host is in HTTP/1.1: its line becomes one, over the end of the longer
    // name it came with.
    private void host(int valueStart, int valueEnd, int lineEnd, boolean neverIndexed) {
        int line = valueStart - HOST.length;
        System.arraycopy(HOST, 0, fields.bytes(), line, HOST.length);
        int nameEnd = valueStart - SEPARATOR_BYTES;
        int nameId = HeaderName.HOST.id();
        fields.addReceived(line, nameEnd, valueStart, valueEnd, lineEnd, nameId, neverIndexed);
    }
}
