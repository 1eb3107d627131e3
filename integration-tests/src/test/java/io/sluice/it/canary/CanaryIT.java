package io.sluice.it.canary;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.it.harness.Ctl;
import io.sluice.it.harness.Load;
import io.sluice.it.harness.NodeProcess;
import io.sluice.it.harness.RawClient;
import io.sluice.it.harness.TestFleet;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;

final class CanaryIT {
    private static TestFleet fleet;
    private static String shop;

    @BeforeAll
    static void start(@TempDir Path directory) {
        fleet = new TestFleet(directory, 2);
        shop =
                """
                kind: Listener
                name: web
                spec: { address: "127.0.0.1:0", http: {} }
                ---
                kind: Listener
                name: raw
                spec:
                  address: "127.0.0.1:0"
                  tcp: { forward: { split: [ { cluster: v1, weight: 1 }, { cluster: v2, weight: 0 } ] } }
                ---
                kind: Route
                name: shop
                spec:
                  listeners: [web]
                  rules:
                    - name: checkout
                      forward: { split: [ { cluster: v1, weight: 95 }, { cluster: v2, weight: 5 } ] }
                ---
                kind: Cluster
                name: v1
                spec: { endpoints: [ { address: "%s" } ] }
                ---
                kind: Cluster
                name: v2
                spec: { endpoints: [ { address: "%s" } ] }
                """
                        .formatted(fleet.upstream("v1").address(), fleet.upstream("v2").address());
        fleet.apply(shop);
    }

    @AfterAll
    static void stop() throws Exception {
        fleet.close();
    }

    @Test
    void everyNodeFollowsUnderLoadWithoutAFailure() {
        try (Load load =
                new Load(
                        fleet.nodes().stream().map(node -> node.listener("web")).toList(),
                        "/checkout",
                        4)) {
            load.awaitAnswers(200);
            for (int weight = 0; weight <= 100; weight += 10) {
                fleet.ctl().run("canary", "set", "shop/checkout", "v2=" + weight).ok();
                load.awaitAnswers(50);
            }
            fleet.ctl().run("canary", "set", "shop", "v2=100").ok();
            load.awaitPending().takeBodies();
            assertThat(load.awaitAnswers(200).takeBodies()).containsOnlyKeys("v2");
            load.stop();
            assertThat(load.failures()).isEmpty();
        }
    }

    @Test
    void anApplyDoesNotUndoIt() {
        fleet.ctl().run("canary", "set", "shop/checkout", "v2=50").ok();

        Ctl.Result refused = fleet.ctl().apply(shop);

        assertThat(refused.exit()).isEqualTo(5);
        assertThat(refused.err()).contains("shop").contains("canary");
        assertThat(fleet.ctl().run("canary", "status").ok().out())
                .contains("shop/checkout")
                .contains("50");
        fleet.ctl().apply(shop, "--overwrite-weights").ok();
        assertThat(fleet.ctl().apply(shop).exit()).isZero();
    }

    @Test
    void aTcpListenerIsSplitToo() throws Exception {
        fleet.ctl().run("canary", "set", "listener:raw", "v2=100").ok();
        for (NodeProcess node : fleet.nodes()) {
            try (RawClient client = new RawClient(node.listener("raw"))) {
                client.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
                assertThat(client.readAll()).endsWith("v2");
            }
        }
    }
}
