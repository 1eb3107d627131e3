package io.sluice.dataplane.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.util.Objects.requireNonNull;

import io.sluice.dataplane.cluster.WeightedClusters.Share;
import io.sluice.dataplane.cluster.balancer.Policy;
import io.sluice.dataplane.net.EventLoops;
import io.sluice.dataplane.net.PerLoop;
import io.sluice.dataplane.net.TestTransport;
import io.sluice.dataplane.telemetry.LoopMeters;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.net.InetAddress;
import java.time.InstantSource;
import java.util.List;
import java.util.SplittableRandom;

class WeightedClustersTest {
    private final EventLoops loops = EventLoops.open(TestTransport.get(), 1);
    private final Clusters clusters =
            new Clusters(
                    loops,
                    PerLoop.create(loops, loop -> new LoopMeters(loop::execute, 100)),
                    InetAddress::getAllByName,
                    InstantSource.system());
    private final Cluster v1 = cluster("v1");
    private final Cluster v2 = cluster("v2");

    @AfterEach
    void close() {
        clusters.close();
        loops.close();
    }

    @Test
    void takesTheClusterAtTheValuesPlace() {
        WeightedClusters split = WeightedClusters.of(List.of(new Share(v1, 3), new Share(v2, 1)));
        assertThat(split.pick(0)).isSameAs(v1);
        assertThat(split.pick(0xBFFF_FFFF_FFFF_FFFFL)).isSameAs(v1);
        assertThat(split.pick(0xC000_0000_0000_0000L)).isSameAs(v2);
        assertThat(split.pick(-1)).isSameAs(v2);
    }

    @Test
    void givesWeightZeroNobody() {
        var random = new SplittableRandom(1);
        WeightedClusters split = WeightedClusters.of(List.of(new Share(v1, 0), new Share(v2, 100)));
        for (int i = 0; i < 10_000; i++) {
            assertThat(split.pick(random.nextLong())).isSameAs(v2);
        }
        assertThat(split.pick(0)).isSameAs(v2);
    }

    @Test
    void isEqualWhereClustersAndWeightsAre() {
        assertThat(WeightedClusters.of(List.of(new Share(v1, 3))))
                .isEqualTo(WeightedClusters.of(List.of(new Share(v1, 3))))
                .isNotEqualTo(WeightedClusters.of(List.of(new Share(v1, 4))))
                .isNotEqualTo(WeightedClusters.of(List.of(new Share(v2, 3))));
    }

    @Test
    void refusesASplitInWhichNobodyHasWeight() {
        assertThatThrownBy(() -> WeightedClusters.of(List.of(new Share(v1, 0))))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private Cluster cluster(String name) {
        var spec = new ClusterSpec(name, List.of(), Policy.ROUND_ROBIN, null, 1_000);
        return requireNonNull(clusters.prepare(List.of(spec)).byName(name));
    }
}
