package io.sluice.controlplane.snapshot;

import static io.sluice.controlplane.snapshot.TestConfig.share;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;

import io.sluice.proto.StateDigest;
import io.sluice.proto.discovery.v1.Delta;
import io.sluice.proto.discovery.v1.Entry;
import io.sluice.proto.discovery.v1.EntryKey;
import io.sluice.proto.discovery.v1.Offer;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * Over random histories: whatever a node has, a delta brings it to the full snapshot, byte for
 * byte.
 */
class DeltaPropertyTest {
    private static final int REVISIONS = 60;
    private static final List<Map<String, String>> GROUPS =
            List.of(Map.of(), Map.of("role", "edge"), Map.of("role", "core", "zone", "a"));

    private final TestConfig config = new TestConfig();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void deltaFromAnyOlderStateEqualsTheFullSnapshot(long seed) throws Exception {
        Random random = new Random(seed);
        for (Map<String, String> group : GROUPS) {
            checkHistory(group, random);
        }
    }

    private void checkHistory(Map<String, String> group, Random random) throws Exception {
        SnapshotCache cache = new SnapshotCache();
        Map<ByteString, Map<EntryKey, Entry>> states = new LinkedHashMap<>();
        Snapshots snapshots = null;
        for (int i = 0; i < REVISIONS; i++) {
            change(random);
            DesiredState desired = config.commit();
            snapshots = SnapshotBuilder.build(desired, snapshots);
            GroupSnapshot target = snapshots.of(snapshots.groupOf(group));
            Snapshots fresh = SnapshotBuilder.build(desired, null);
            assertThat(fresh.of(fresh.groupOf(group)).digest())
                    .as("carried over entries change nothing")
                    .isEqualTo(target.digest());
            cache.remember(target);
            Map<EntryKey, Entry> full = whole(cache.fullOffer(target, OfferMode.APPLY));
            assertThat(digest(full)).isEqualTo(target.digest());
            for (Map.Entry<ByteString, Map<EntryKey, Entry>> older : states.entrySet()) {
                SnapshotOffer offer = cache.offer(older.getKey(), target, OfferMode.APPLY);
                assertThat(applied(older.getValue(), offer)).isEqualTo(full);
            }
            states.put(target.digest(), full);
        }
    }

    private static Map<EntryKey, Entry> applied(Map<EntryKey, Entry> base, SnapshotOffer offer)
            throws InvalidProtocolBufferException {
        return switch (offer.form()) {
            case UP_TO_DATE -> base;
            case SNAPSHOT -> whole(offer);
            case DELTA -> {
                Map<EntryKey, Entry> state = empty();
                state.putAll(base);
                Delta delta = Offer.parseFrom(offer.parts().getFirst()).getDelta();
                assertThat(delta.getBase()).isEqualTo(digest(base));
                delta.getRemoveList().forEach(key -> assertThat(state.remove(key)).isNotNull());
                delta.getUpsertList().forEach(entry -> state.put(key(entry), entry));
                yield state;
            }
        };
    }

    private static Map<EntryKey, Entry> whole(SnapshotOffer offer)
            throws InvalidProtocolBufferException {
        Map<EntryKey, Entry> state = empty();
        for (byte[] part : offer.parts()) {
            for (Entry entry : Offer.parseFrom(part).getSnapshot().getEntriesList()) {
                state.put(key(entry), entry);
            }
        }
        return state;
    }

    private static Map<EntryKey, Entry> empty() {
        return new TreeMap<>(
                Comparator.comparing(EntryKey::getKind).thenComparing(EntryKey::getName));
    }

    private static EntryKey key(Entry entry) {
        return EntryKey.newBuilder().setKind(entry.getKind()).setName(entry.getName()).build();
    }

    private static ByteString digest(Map<EntryKey, Entry> state) {
        return ByteString.copyFrom(StateDigest.of(state.values()));
    }

    /** Names are few, so that resources come, change, go and come back. */
    private void change(Random random) {
        String name = List.of("a", "a-b", "a.b", "b", "c9", "d").get(random.nextInt(6));
        switch (random.nextInt(8)) {
            case 0 -> config.httpListener(name, GROUPS.get(random.nextInt(GROUPS.size())));
            case 1 -> config.tcpListener(name, share("a", random.nextInt(9)), share("b", 1));
            case 2 -> config.listeners.remove(name);
            case 3 -> config.routes.remove(name);
            case 4 -> config.clusters.remove(name);
            case 5 -> config.cluster(name, "10.0.0." + random.nextInt(4) + ":80");
            default -> {
                List<String> on = new ArrayList<>(List.of("a", "a-b", "b"));
                on.remove(random.nextInt(3));
                config.route(name, on, share("a", random.nextInt(9)), share(name, 1));
            }
        }
    }
}
