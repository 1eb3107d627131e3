package io.sluice.controlplane.snapshot;

import static io.sluice.controlplane.snapshot.TestConfig.share;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.proto.discovery.v1.Offer;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;

class SnapshotCacheTest {
    private final TestConfig config = new TestConfig();
    private final SnapshotCache cache = new SnapshotCache();

    private Snapshots routes(int count) {
        config.httpListener("web").cluster("v1", "10.0.0.1:80").cluster("v2", "10.0.0.2:80");
        for (int i = 0; i < count; i++) {
            config.route("r" + i, List.of("web"), share("v1", 95), share("v2", 5));
        }
        return SnapshotBuilder.build(config.commit(), null);
    }

    private static GroupSnapshot all(Snapshots snapshots) {
        return snapshots.of(snapshots.groupOf(Map.of()));
    }

    @Test
    void nodesOfOneGroupShareTheBytes() {
        Snapshots first = routes(3);
        cache.remember(all(first));
        config.route("r1", List.of("web"), share("v1", 1), share("v2", 1));
        GroupSnapshot target = all(SnapshotBuilder.build(config.commit(), first));
        SnapshotOffer delta = cache.offer(all(first).digest(), target, OfferMode.APPLY);
        assertThat(delta.form()).isEqualTo(SnapshotOffer.Form.DELTA);
        assertThat(cache.offer(all(first).digest(), target, OfferMode.APPLY)).isSameAs(delta);
        SnapshotOffer full = cache.fullOffer(target, OfferMode.APPLY);
        assertThat(cache.fullOffer(target, OfferMode.APPLY)).isSameAs(full);
    }

    @Test
    void anUnknownBaseGetsAll() {
        Snapshots first = routes(3);
        config.route("r1", List.of("web"), share("v1", 1), share("v2", 1));
        GroupSnapshot target = all(SnapshotBuilder.build(config.commit(), first));
        assertThat(cache.offer(all(first).digest(), target, OfferMode.APPLY).form())
                .isEqualTo(SnapshotOffer.Form.SNAPSHOT);
    }

    @Test
    void aLargeSnapshotGoesInChunks() throws Exception {
        GroupSnapshot target = all(routes(10_000));
        SnapshotOffer offer = cache.fullOffer(target, OfferMode.APPLY);
        assertThat(offer.parts()).hasSizeGreaterThan(1);
        int entries = 0;
        for (int i = 0; i < offer.parts().size(); i++) {
            assertThat(offer.parts().get(i).length).isLessThan(64 * 1024 + 1024);
            Offer part = Offer.parseFrom(offer.parts().get(i));
            assertThat(part.getSnapshot().getLast()).isEqualTo(i == offer.parts().size() - 1);
            assertThat(part.getVersion().getDigest()).isEqualTo(target.digest());
            entries += part.getSnapshot().getEntriesCount();
        }
        assertThat(entries).isEqualTo(target.size());
    }

    @Test
    void aWeightAmongTenThousandRoutesIsSmall() {
        Snapshots first = routes(10_000);
        cache.remember(all(first));
        config.route("r77", List.of("web"), share("v1", 1), share("v2", 99));
        GroupSnapshot target = all(SnapshotBuilder.build(config.commit(), first));
        assertThat(cache.offer(all(first).digest(), target, OfferMode.APPLY).bytes())
                .isLessThan(2 * 1024);
    }
}
