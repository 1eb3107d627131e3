package io.sluice.it.scale;

import com.google.protobuf.ByteString;

import io.sluice.proto.StateDigest;
import io.sluice.proto.discovery.v1.Delta;
import io.sluice.proto.discovery.v1.Entry;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The entries a simulated node holds. Immutable; nodes with equal content share one. */
record SimulatedState(Map<String, Entry> entries, ByteString digest) {
    static final SimulatedState EMPTY = of(Map.of());

    static SimulatedState of(List<Entry> entries) {
        Map<String, Entry> byKey = new TreeMap<>();
        entries.forEach(entry -> byKey.put(key(entry.getKind(), entry.getName()), checked(entry)));
        return of(byKey);
    }

    SimulatedState with(Delta delta) {
        if (!delta.getBase().equals(digest)) {
            throw new IllegalStateException("the delta is for another base");
        }
        Map<String, Entry> byKey = new TreeMap<>(entries);
        delta.getRemoveList().forEach(key -> byKey.remove(key(key.getKind(), key.getName())));
        delta.getUpsertList()
                .forEach(entry -> byKey.put(key(entry.getKind(), entry.getName()), checked(entry)));
        return of(byKey);
    }

    private static SimulatedState of(Map<String, Entry> byKey) {
        return new SimulatedState(byKey, ByteString.copyFrom(StateDigest.of(byKey.values())));
    }

    private static Entry checked(Entry entry) {
        if (!entry.getDigest().equals(ByteString.copyFrom(StateDigest.ofBody(entry)))) {
            throw new IllegalStateException("an entry's digest is not that of its body");
        }
        return entry;
    }

    private static String key(String kind, String name) {
        return kind + " " + name;
    }
}
