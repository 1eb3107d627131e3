package io.sluice.dataplane.l7.message;

import java.util.Arrays;

/**
 * The header or trailer fields of one message: for each the place of its name and value in {@link
 * #bytes()}, in the order received, followed by those added. Belongs to one event loop.
 *
 * <p>Positions of fields ({@code int index}) stay valid while the message lives: removing a field
 * leaves its position empty. Bytes of added fields lie behind those received, in the same array,
 * which is replaced by a longer one when it is full; do not keep the array across an edit.
 */
public final class Fields {
    private static final int NAME_START = 0;
    private static final int NAME_END = 1;
    private static final int VALUE_START = 2;
    private static final int VALUE_END = 3;
    private static final int LINE_END = 4;
    private static final int NAME_ID = 5;
    private static final int NEVER_INDEXED = 6;
    private static final int STRIDE = 7;

    private static final int REMOVED = -1;
    private static final int FIELDS_AT_FIRST = 32;
    private static final byte[] LIST_SEPARATOR = {',', ' '};

    private byte[] bytes = new byte[0];
    private int used;
    private int[] slots;
    private int count;
    private long knownMask;

    /** None, with room for a usual message's. */
    public Fields() {
        this(FIELDS_AT_FIRST);
    }

    private Fields(int room) {
        slots = new int[room * STRIDE];
    }

    /**
     * Forgets everything and starts on {@code bytes}, whose first {@code used} bytes hold the
     * message. What lies behind them is overwritten by edits.
     */
    public void begin(byte[] bytes, int used) {
        this.bytes = bytes;
        this.used = used;
        this.count = 0;
        this.knownMask = 0;
    }

    /** Says that what is in use ends at {@code used}; edits go behind it. */
    public void received(int used) {
        this.used = used;
    }

    /** What the positions of fields refer to. */
    public byte[] bytes() {
        return bytes;
    }

    /** How many bytes of {@link #bytes()} are in use. */
    public int used() {
        return used;
    }

    /** Makes room for {@code more} bytes behind those in use, to be taken by {@link #received}. */
    public void reserve(int more) {
        ensure(more);
    }

    /** Number of positions, empty ones included. */
    public int size() {
        return count;
    }

    /**
     * Takes a field that lies in {@link #bytes()} already. {@code lineEnd} is where the next field
     * would begin if nothing lies between them; fields that touch are copied together when sent.
     */
    public void addReceived(int nameStart, int nameEnd, int valueStart, int valueEnd, int lineEnd) {
        int nameId = HeaderName.idOf(bytes, nameStart, nameEnd);
        addReceived(nameStart, nameEnd, valueStart, valueEnd, lineEnd, nameId, false);
    }

    /**
     * As {@link #addReceived(int, int, int, int, int)}, for a codec that knows more.
     *
     * @param nameId what {@link HeaderName#idOf} says of the name
     * @param neverIndexed see {@link #neverIndexed}
     */
    public void addReceived(
            int nameStart,
            int nameEnd,
            int valueStart,
            int valueEnd,
            int lineEnd,
            int nameId,
            boolean neverIndexed) {
        int slot = count * STRIDE;
        if (slot == slots.length) {
            slots = Arrays.copyOf(slots, slots.length * 2 + STRIDE);
        }
        slots[slot + NAME_START] = nameStart;
        slots[slot + NAME_END] = nameEnd;
        slots[slot + VALUE_START] = valueStart;
        slots[slot + VALUE_END] = valueEnd;
        slots[slot + LINE_END] = lineEnd;
        slots[slot + NAME_ID] = nameId;
        slots[slot + NEVER_INDEXED] = neverIndexed ? 1 : 0;
        knownMask |= 1L << nameId;
        count++;
    }

    public int nameStart(int index) {
        return slots[index * STRIDE + NAME_START];
    }

    public int nameEnd(int index) {
        return slots[index * STRIDE + NAME_END];
    }

    public int valueStart(int index) {
        return slots[index * STRIDE + VALUE_START];
    }

    public int valueEnd(int index) {
        return slots[index * STRIDE + VALUE_END];
    }

    /** Where the line of this field ends; see {@link #addReceived}. */
    public int lineEnd(int index) {
        return slots[index * STRIDE + LINE_END];
    }

    /** Whether there is a field at this position; false once it is removed. */
    public boolean present(int index) {
        return slots[index * STRIDE + NAME_ID] != REMOVED;
    }

    /**
     * {@link HeaderName#id()} of the field's name, 0 if it is none of those; -1 once it is removed.
     */
    public int nameId(int index) {
        return slots[index * STRIDE + NAME_ID];
    }

    /**
     * Whether the sender forbade compressing the field by reference, here and on every further
     * connection (RFC 7541 section 7.1.3).
     */
    public boolean neverIndexed(int index) {
        return slots[index * STRIDE + NEVER_INDEXED] != 0;
    }

    /** Whether the field at this position has this name, letters of either case. */
    public boolean named(int index, HeaderName name) {
        int id = slots[index * STRIDE + NAME_ID];
        if (id != name.id()) {
            return false;
        }
        return id != 0
                || Ascii.equalIgnoringCase(
                        bytes, nameStart(index), nameEnd(index), name.lowerCase());
    }

    /** Position of the first field of that name, or -1. */
    public int find(HeaderName name) {
        return (knownMask & (1L << name.id())) == 0 ? -1 : findFrom(name, 0);
    }

    /** Position of the next field of that name behind {@code index}, or -1. */
    public int findNext(HeaderName name, int index) {
        return findFrom(name, index + 1);
    }

    private int findFrom(HeaderName name, int from) {
        for (int i = from; i < count; i++) {
            if (named(i, name)) {
                return i;
            }
        }
        return -1;
    }

    public boolean contains(HeaderName name) {
        return find(name) >= 0;
    }

    /** Whether the value at this position is {@code lowerCase}, letters of either case. */
    public boolean valueIs(int index, byte[] lowerCase) {
        return Ascii.equalIgnoringCase(bytes, valueStart(index), valueEnd(index), lowerCase);
    }

    /** The value as text; allocates. */
    public String valueText(int index) {
        return Ascii.text(bytes, valueStart(index), valueEnd(index));
    }

    /** The name as text; allocates. */
    public String nameText(int index) {
        return Ascii.text(bytes, nameStart(index), nameEnd(index));
    }

    /** The value of the first field of that name as text, or the empty text; allocates. */
    public String valueText(HeaderName name) {
        int index = find(name);
        return index < 0 ? "" : valueText(index);
    }

    /**
     * The value of the first field of that name, where it is decimal digits and nothing else.
     *
     * @param digitsMax how many digits there may be, at most 9
     * @return -1 where there is no such field, or its value is something else
     */
    public int decimal(HeaderName name, int digitsMax) {
        int index = find(name);
        if (index < 0) {
            return -1;
        }
        int start = valueStart(index);
        int end = valueEnd(index);
        if (start == end || end - start > digitsMax) {
            return -1;
        }
        int number = 0;
        for (int i = start; i < end; i++) {
            if (bytes[i] < '0' || bytes[i] > '9') {
                return -1;
            }
            number = number * 10 + bytes[i] - '0';
        }
        return number;
    }

    /** Takes the field at this position out. */
    public void removeAt(int index) {
        slots[index * STRIDE + NAME_ID] = REMOVED;
    }

    /** Takes every field of that name out. */
    public void remove(HeaderName name) {
        for (int i = find(name); i >= 0; i = findFrom(name, i + 1)) {
            removeAt(i);
        }
    }

    /**
     * Takes every field out whose name is in the range of {@link #bytes()}, letters of either case.
     */
    public void removeNamed(int start, int end) {
        for (int i = 0; i < count; i++) {
            if (present(i) && sameName(i, start, end)) {
                removeAt(i);
            }
        }
    }

    private boolean sameName(int index, int start, int end) {
        int nameStart = nameStart(index);
        if (nameEnd(index) - nameStart != end - start) {
            return false;
        }
        for (int i = 0; i < end - start; i++) {
            if (Ascii.lower(bytes[nameStart + i]) != Ascii.lower(bytes[start + i])) {
                return false;
            }
        }
        return true;
    }

    /** Adds a field behind all others. The value must be a valid one (RFC 9110 section 5.5). */
    public void add(HeaderName name, byte[] value) {
        int line = beginAdded(name);
        append(value, 0, value.length);
        endAdded(name, line);
    }

    /** Puts one field in the place of all of that name. */
    public void set(HeaderName name, byte[] value) {
        remove(name);
        add(name, value);
    }

    /** Adds a field whose value is the range of {@link #bytes()}. */
    public void addCopy(HeaderName name, int valueStart, int valueEnd) {
        int line = beginAdded(name);
        append(bytes, valueStart, valueEnd);
        endAdded(name, line);
    }

    /**
     * Puts one field in the place of all of that name: their values and then {@code value}, with
     * commas between (RFC 9110 section 5.3).
     */
    public void appendTo(HeaderName name, byte[] value) {
        int line = beginAdded(name);
        for (int i = find(name); i >= 0; i = findFrom(name, i + 1)) {
            if (valueEnd(i) > valueStart(i)) {
                append(bytes, valueStart(i), valueEnd(i));
                append(LIST_SEPARATOR, 0, LIST_SEPARATOR.length);
            }
            removeAt(i);
        }
        append(value, 0, value.length);
        endAdded(name, line);
    }

    /**
     * Puts one field in the place of several of that name: their values with {@code separator}
     * between. A single one stays as it is.
     */
    public void join(HeaderName name, byte[] separator) {
        int first = find(name);
        if (first < 0 || findFrom(name, first + 1) < 0) {
            return;
        }
        int line = beginAdded(name);
        boolean never = false;
        for (int i = first; i >= 0; i = findFrom(name, i + 1)) {
            if (i > first) {
                append(separator, 0, separator.length);
            }
            append(bytes, valueStart(i), valueEnd(i));
            never |= neverIndexed(i);
            removeAt(i);
        }
        endAdded(name, line);
        slots[(count - 1) * STRIDE + NEVER_INDEXED] = never ? 1 : 0;
    }

    private int beginAdded(HeaderName name) {
        byte[] lineStart = name.lineStart();
        return append(lineStart, 0, lineStart.length);
    }

    private void endAdded(HeaderName name, int line) {
        int valueEnd = append((byte) '\r', (byte) '\n');
        int valueStart = line + name.lineStart().length;
        int nameEnd = line + name.bytes().length;
        addReceived(line, nameEnd, valueStart, valueEnd, used, name.id(), false);
    }

    /**
     * Copies a range behind everything else.
     *
     * @return where it lies now in {@link #bytes()}
     */
    public int append(byte[] source, int start, int end) {
        int at = used;
        int length = end - start;
        ensure(length);
        System.arraycopy(source, start, bytes, at, length);
        used += length;
        return at;
    }

    /** As {@link #append(byte[], int, int)}, of two bytes. */
    public int append(byte a, byte b) {
        ensure(2);
        bytes[used] = a;
        bytes[used + 1] = b;
        used += 2;
        return used - 2;
    }

    /** As {@link #append(byte[], int, int)}, of one byte. */
    public int append(byte b) {
        ensure(1);
        bytes[used] = b;
        return used++;
    }

    private void ensure(int more) {
        if (bytes.length - used < more) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, used + more));
        }
    }

    /** A copy with arrays of its own, to be kept for as long as one likes. */
    public Fields copy() {
        Fields copy = new Fields(count);
        copy.become(this);
        return copy;
    }

    /** Becomes a copy of another message's, in the arrays it has where they are large enough. */
    public void become(Fields other) {
        if (bytes.length < other.used) {
            bytes = new byte[other.used];
        }
        int ints = other.count * STRIDE;
        if (slots.length < ints) {
            slots = new int[ints];
        }
        System.arraycopy(other.bytes, 0, bytes, 0, other.used);
        System.arraycopy(other.slots, 0, slots, 0, ints);
        used = other.used;
        count = other.count;
        knownMask = other.knownMask;
    }
}
