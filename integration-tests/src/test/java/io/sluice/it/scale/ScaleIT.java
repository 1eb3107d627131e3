package io.sluice.it.scale;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.controlplane.fleet.Activation;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.List;

/** Many simulated nodes: that all come to serve the same, and what it costs on the wire. */
class ScaleIT {
    private static final int NODES = 50;
    private static final int ROUTES = 10_000;

    @TempDir Path data;

    @Test
    void everyNodeFollowsEveryChange() throws Exception {
        try (ScaleCore core = new ScaleCore(data);
                SimulatedFleet fleet = new SimulatedFleet(core.address(), NODES, true)) {
            core.storeRoutes(20);
            fleet.connect();
            long revision = 0;
            for (int i = 0; i < 20; i++) {
                revision = i % 4 == 3 ? core.addRoute(100 + i) : core.changeWeight(i, i);
            }
            assertThat(core.settled(revision, NODES))
                    .isEqualTo(new Activation(revision, NODES, NODES, 0));
            assertThat(fleet.failures()).isEmpty();
            assertThat(fleet.nodes().stream().map(node -> node.state().digest()).distinct())
                    .hasSize(1);
            assertThat(fleet.nodes().getFirst().state().entries()).hasSize(5 + 2 * 25);
        }
    }

    @Test
    void aWeightAmongTenThousandRoutesCostsLessThanTwoKibibytesPerNode() throws Exception {
        try (ScaleCore core = new ScaleCore(data);
                SimulatedFleet fleet = new SimulatedFleet(core.address(), NODES, false)) {
            long stored = core.storeRoutes(ROUTES);
            fleet.connect();
            assertThat(core.settled(stored, NODES).active()).isEqualTo(NODES);
            long before = core.bytesSent();
            long revision = core.changeWeight(4_321, 10);
            assertThat(core.settled(revision, NODES).active()).isEqualTo(NODES);
            assertThat((core.bytesSent() - before) / NODES).isBetween(1L, 2_048L);

            long beforeReconnect = core.bytesSent();
            for (SimulatedNode node : List.copyOf(fleet.nodes())) {
                node.disconnect();
                node.connect();
            }
            long another = core.changeWeight(4_322, 10);
            assertThat(core.settled(another, NODES).active()).isEqualTo(NODES);
            assertThat((core.bytesSent() - beforeReconnect) / NODES).isLessThan(2_048);
            assertThat(fleet.failures()).isEmpty();
        }
    }

    @Test
    @Tag("scale")
    @EnabledIfSystemProperty(named = "sluice.scale", matches = "true")
    void printsTheFigures() throws Exception {
        ScaleRun.main(new String[0]);
    }
}
