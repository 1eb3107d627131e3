package io.sluice.controlplane.snapshot;

import java.util.ArrayList;
import java.util.List;

/** What leads from one snapshot to another. Immutable. */
record SnapshotDelta(List<SnapshotEntry> upserts, List<SnapshotEntry> removals) {

    /** Walks both, which are sorted, side by side. */
    static SnapshotDelta between(GroupSnapshot base, GroupSnapshot target) {
        List<SnapshotEntry> old = base.entries();
        List<SnapshotEntry> now = target.entries();
        List<SnapshotEntry> upserts = new ArrayList<>();
        List<SnapshotEntry> removals = new ArrayList<>();
        int i = 0;
        int j = 0;
        while (i < old.size() || j < now.size()) {
            int order =
                    i == old.size() ? 1 : j == now.size() ? -1 : old.get(i).compareTo(now.get(j));
            if (order < 0) {
                removals.add(old.get(i++));
                continue;
            }
            SnapshotEntry entry = now.get(j++);
            if (order > 0 || !entry.hasSameBody(old.get(i++))) {
                upserts.add(entry);
            }
        }
        return new SnapshotDelta(upserts, removals);
    }

    /** Bytes of the entries to send. */
    long bytes() {
        long bytes = 0;
        for (SnapshotEntry entry : upserts) {
            bytes += entry.message().getSerializedSize();
        }
        for (SnapshotEntry entry : removals) {
            bytes += entry.name().length() + 16L;
        }
        return bytes;
    }
}
