package io.sluice.controlplane.snapshot;

import static io.sluice.controlplane.snapshot.TestConfig.share;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.proto.StateDigest;
import io.sluice.proto.discovery.v1.Endpoints;
import io.sluice.proto.discovery.v1.Entry;
import io.sluice.proto.discovery.v1.SplitWeights;
import io.sluice.proto.resource.v1.CertificateConfig;
import io.sluice.proto.resource.v1.ListenerConfig;
import io.sluice.proto.resource.v1.RouteConfig;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;

class SnapshotBuilderTest {
    private final TestConfig config = new TestConfig();

    private static List<String> names(GroupSnapshot snapshot) {
        return snapshot.entries().stream().map(SnapshotEntry::toString).toList();
    }

    private static Entry entry(GroupSnapshot snapshot, String name) {
        return snapshot.entries().stream()
                .filter(entry -> entry.toString().equals(name))
                .findFirst()
                .orElseThrow()
                .message();
    }

    private static GroupSnapshot of(Snapshots snapshots, Map<String, String> labels) {
        return snapshots.of(snapshots.groupOf(labels));
    }

    private TestConfig shop() {
        return config.httpListener("web")
                .route("shop", List.of("web"), share("v1", 95), share("v2", 5))
                .cluster("v1", "10.0.0.1:80")
                .cluster("v2", "10.0.0.2:80", "10.0.0.3:80");
    }

    @Test
    void takesWeightsAndEndpointsApart() throws Exception {
        Snapshots built = SnapshotBuilder.build(shop().commit(), null);
        GroupSnapshot snapshot = of(built, Map.of());

        assertThat(names(snapshot))
                .containsExactly(
                        "cluster v1",
                        "cluster v2",
                        "endpoints v1",
                        "endpoints v2",
                        "listener web",
                        "route shop",
                        "weights shop/all");
        assertThat(
                        SplitWeights.parseFrom(entry(snapshot, "weights shop/all").getBody())
                                .getWeightsList())
                .containsExactly(95, 5);
        assertThat(
                        RouteConfig.parseFrom(entry(snapshot, "route shop").getBody())
                                .getRules(0)
                                .getForward()
                                .getSplit(0)
                                .hasWeight())
                .isFalse();
        assertThat(
                        Endpoints.parseFrom(entry(snapshot, "endpoints v2").getBody())
                                .getEndpointsCount())
                .isEqualTo(2);
        assertThat(entry(snapshot, "cluster v2").getBody().isEmpty()).isTrue();
    }

    @Test
    void takesWeightsOfTcpRulesApart() throws Exception {
        config.tcpRule("db", "old", share("a", 1), share("b", 3))
                .tcpRule("db", "new", share("b", 2))
                .cluster("a")
                .cluster("b");
        GroupSnapshot snapshot = of(SnapshotBuilder.build(config.commit(), null), Map.of());
        assertThat(names(snapshot))
                .contains(
                        "weights listener:db/new",
                        "weights listener:db/old",
                        "cluster a",
                        "cluster b");
        assertThat(
                        SplitWeights.parseFrom(entry(snapshot, "weights listener:db/old").getBody())
                                .getWeightsList())
                .containsExactly(1, 3);
    }

    @Test
    void takesWeightsOfTcpListenersApart() throws Exception {
        config.tcpListener("db", share("a", 1), share("b", 3)).cluster("a").cluster("b");
        GroupSnapshot snapshot = of(SnapshotBuilder.build(config.commit(), null), Map.of());
        assertThat(names(snapshot)).contains("weights listener:db", "cluster a", "cluster b");
        assertThat(
                        ListenerConfig.parseFrom(entry(snapshot, "listener db").getBody())
                                .getTcp()
                                .getForward()
                                .getSplit(1)
                                .hasWeight())
                .isFalse();
    }

    @Test
    void holdsOnlyWhatTheGroupsListenersReach() throws Exception {
        config.httpListener("everywhere")
                .httpListener("edge", Map.of("role", "edge"))
                .route("both", List.of("edge", "everywhere"), share("v1", 1))
                .route("inner", List.of("edge"), share("v2", 1))
                .cluster("v1")
                .cluster("v2")
                .cluster("unused");
        Snapshots built = SnapshotBuilder.build(config.commit(), null);

        GroupSnapshot plain = of(built, Map.of("role", "core"));
        assertThat(names(plain))
                .containsExactly(
                        "cluster v1",
                        "endpoints v1",
                        "listener everywhere",
                        "route both",
                        "weights both/all");
        assertThat(RouteConfig.parseFrom(entry(plain, "route both").getBody()).getListenersList())
                .containsExactly("everywhere");
        GroupSnapshot edge = of(built, Map.of("role", "edge", "zone", "a"));
        assertThat(names(edge)).contains("route inner", "cluster v2").doesNotContain("cluster x");
        assertThat(RouteConfig.parseFrom(entry(edge, "route both").getBody()).getListenersList())
                .containsExactly("edge", "everywhere");
    }

    @Test
    void nodesWithEqualSelectionsShareOneSnapshot() {
        config.httpListener("edge", Map.of("role", "edge"));
        Snapshots built = SnapshotBuilder.build(config.commit(), null);
        assertThat(of(built, Map.of("role", "edge", "rack", "1")))
                .isSameAs(of(built, Map.of("role", "edge", "rack", "2")));
    }

    @Test
    void digestIsTheOneOfTheWire() {
        GroupSnapshot snapshot = of(SnapshotBuilder.build(shop().commit(), null), Map.of());
        List<Entry> entries = snapshot.entries().stream().map(SnapshotEntry::message).toList();
        assertThat(snapshot.digest().toByteArray()).isEqualTo(StateDigest.of(entries));
        assertThat(GroupSnapshot.EMPTY_DIGEST.toByteArray()).isEqualTo(StateDigest.of(List.of()));
    }

    @Test
    void anUnchangedResourceKeepsItsEntryObjects() {
        Snapshots first = SnapshotBuilder.build(shop().commit(), null);
        GroupSnapshot before = of(first, Map.of());
        config.route("shop", List.of("web"), share("v1", 0), share("v2", 100));
        GroupSnapshot after = of(SnapshotBuilder.build(config.commit(), first), Map.of());
        SnapshotDelta delta = SnapshotDelta.between(before, after);
        assertThat(delta.upserts()).hasToString("[weights shop/all]");
        assertThat(delta.removals()).isEmpty();
        for (int i = 0; i < after.size() - 1; i++) {
            assertThat(after.entries().get(i)).isSameAs(before.entries().get(i));
        }
    }

    @Test
    void knowsWhichChangesAreQuick() {
        Snapshots first = SnapshotBuilder.build(shop().commit(), null);
        assertThat(first.differOnlyQuickly()).isFalse();
        config.route("shop", List.of("web"), share("v1", 1), share("v2", 1))
                .cluster("v1", "10.0.0.9:80");
        Snapshots quick = SnapshotBuilder.build(config.commit(), first);
        assertThat(quick.differOnlyQuickly()).isTrue();
        config.route("shop", List.of("web"), share("v1", 1));
        Snapshots slow = SnapshotBuilder.build(config.commit(), quick);
        assertThat(slow.differOnlyQuickly()).isFalse();
        config.clusters.remove("v2");
        assertThat(SnapshotBuilder.build(config.commit(), slow).differOnlyQuickly()).isFalse();
    }

    @Test
    void contentAloneDecidesTheDigest() {
        Snapshots first = SnapshotBuilder.build(shop().commit(), null);
        GroupSnapshot before = of(first, Map.of());
        config.cluster("unused", "10.9.9.9:1");
        GroupSnapshot after = of(SnapshotBuilder.build(config.commit(), first), Map.of());
        assertThat(after.digest()).isEqualTo(before.digest());
        assertThat(after.version().revision()).isEqualTo(2);
    }

    @Test
    void givesCertificatesOnlyToTheGroupsWhoseListenersUseThem() throws Exception {
        config.tlsListener("edge", Map.of("zone", "a"), "shop", "api")
                .tlsListener("inner", Map.of("zone", "b"), "inner")
                .certificate("shop", "secret")
                .certificate("api", "secret")
                .certificate("inner", "secret")
                .certificate("unused", "secret");
        Snapshots built = SnapshotBuilder.build(config.commit(), null);

        GroupSnapshot edge = of(built, Map.of("zone", "a"));
        assertThat(names(edge))
                .containsExactly("certificate api", "certificate shop", "listener edge");
        assertThat(names(of(built, Map.of("zone", "b"))))
                .containsExactly("certificate inner", "listener inner");
        assertThat(names(of(built, Map.of()))).isEmpty();
        assertThat(
                        CertificateConfig.parseFrom(entry(edge, "certificate shop").getBody())
                                .getPrivateKey())
                .isEqualTo("secret");
    }

    @Test
    void aReplacedCertificateChangesTheGroupsThatUseItAlone() {
        config.tlsListener("edge", Map.of("zone", "a"), "shop")
                .tlsListener("inner", Map.of("zone", "b"), "inner")
                .certificate("shop", "old")
                .certificate("inner", "old");
        Snapshots before = SnapshotBuilder.build(config.commit(), null);
        Snapshots after = SnapshotBuilder.build(config.certificate("shop", "new").commit(), before);

        assertThat(of(after, Map.of("zone", "a")).digest())
                .isNotEqualTo(of(before, Map.of("zone", "a")).digest());
        assertThat(of(after, Map.of("zone", "b")).digest())
                .isEqualTo(of(before, Map.of("zone", "b")).digest());
    }
}
