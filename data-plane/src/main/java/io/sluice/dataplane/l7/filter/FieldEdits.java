package io.sluice.dataplane.l7.filter;

import io.sluice.dataplane.l7.message.Fields;
import io.sluice.dataplane.l7.message.HeaderName;

import java.util.List;

/** Edits of header fields, applied in the order remove, set, add. Immutable. */
final class FieldEdits {
    private final HeaderName[] remove;
    private final Line[] set;
    private final Line[] add;

    /** A field to write. The bytes are not to be changed. */
    @SuppressWarnings("ArrayRecordComponent") // Never compared; the array is the filter's own.
    record Line(HeaderName name, byte[] value) {}

    FieldEdits(List<HeaderName> remove, List<Line> set, List<Line> add) {
        this.remove = remove.toArray(new HeaderName[0]);
        this.set = set.toArray(new Line[0]);
        this.add = add.toArray(new Line[0]);
    }

    boolean isEmpty() {
        return remove.length == 0 && set.length == 0 && add.length == 0;
    }

    void apply(Fields fields) {
        for (HeaderName name : remove) {
            fields.remove(name);
        }
        for (Line line : set) {
            fields.set(line.name, line.value);
        }
        for (Line line : add) {
            fields.add(line.name, line.value);
        }
    }
}
