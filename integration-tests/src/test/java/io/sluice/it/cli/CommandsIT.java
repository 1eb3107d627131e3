package io.sluice.it.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.it.harness.Ctl;
import io.sluice.it.harness.TestFleet;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A session of an operator, command after command; each test goes on where the one before ended.
 */
@TestMethodOrder(OrderAnnotation.class)
final class CommandsIT {
    private static final String SHOP =
            """
            kind: Listener
            name: web
            spec: { address: "127.0.0.1:0", http: {} }
            ---
            kind: Route
            name: shop
            labels: { team: shop }
            spec:
              listeners: [web]
              rules:
                - name: checkout
                  match: { path: { prefix: /checkout } }
                  forward: { split: [{ cluster: v1, weight: 95 }, { cluster: v2, weight: 5 }] }
                - name: rest
                  forward: { cluster: v1 }
            ---
            kind: Cluster
            name: v1
            spec: { endpoints: [{ address: "127.0.0.1:9" }] }
            ---
            kind: Cluster
            name: v2
            spec: { endpoints: [{ address: "127.0.0.1:9" }] }
            """;

    @TempDir static Path directory;
    private static TestFleet fleet;
    private static Ctl ctl;

    @BeforeAll
    static void start() {
        fleet = new TestFleet(directory, 1);
        ctl = fleet.ctl();
    }

    @AfterAll
    static void stop() throws IOException {
        fleet.close();
    }

    @Test
    @Order(1)
    void diffTellsOfDifferencesByItsExitCode() throws IOException {
        Path file = Files.writeString(directory.resolve("shop.yaml"), SHOP);

        Ctl.Result before = ctl.run("diff", "-f", file.toString());
        assertThat(before.exit()).isEqualTo(2);
        assertThat(before.out()).contains("+++ file/route/shop");

        Ctl.Result applied =
                ctl.run("apply", "-f", file.toString(), "-m", "open the shop", "--nodes", "1").ok();
        assertThat(applied.out()).contains("route shop created\n");
        assertThat(applied.err()).contains("revision 1 is active on the one connected node");

        Ctl.Result after = ctl.run("diff", "-f", file.toString());
        assertThat(after.exit()).isZero();
        assertThat(after.out()).isEmpty();
    }

    @Test
    @Order(2)
    void whatGetAndExportPrintCanBeApplied() throws IOException {
        Path one =
                Files.writeString(
                        directory.resolve("one.yaml"),
                        ctl.run("get", "route", "shop", "-o", "yaml").ok().out());
        Path all = Files.writeString(directory.resolve("all.yaml"), ctl.run("export").ok().out());
        Path json =
                Files.writeString(
                        directory.resolve("all.json"), ctl.run("export", "-o", "json").ok().out());

        for (Path file : new Path[] {one, all, json}) {
            assertThat(ctl.run("apply", "-f", file.toString()).ok().err())
                    .contains("nothing changed");
        }
        assertThat(ctl.run("get", "routes", "-l", "team=shop", "-o", "name").out())
                .isEqualTo("route/shop\n");
        assertThat(ctl.run("get", "routes", "-l", "team=bar", "-o", "name").out()).isEmpty();
    }

    @Test
    @Order(3)
    void aCanaryOwnsItsWeightsUntilReleased() {
        Ctl.Result set = ctl.run("canary", "set", "shop", "v2=10").ok();
        assertThat(set.err()).contains("shop/checkout v1:90,v2:10");

        assertThat(ctl.run("apply", "-f", directory.resolve("shop.yaml").toString()).exit())
                .isEqualTo(5);
        assertThat(ctl.run("canary", "set", "shop/checkout", "v3=10").exit()).isEqualTo(1);

        ctl.run("canary", "release", "shop/checkout").ok();
        ctl.run("apply", "-f", directory.resolve("shop.yaml").toString()).ok();
        assertThat(ctl.run("canary", "status").ok().out())
                .contains("v1:95,v2:5")
                .doesNotContain("canary ");
    }

    @Test
    @Order(4)
    void historyAndRollback() {
        assertThat(ctl.run("history").ok().out()).contains("open the shop").contains("4 created");
        assertThat(ctl.run("history", "2").ok().out())
                .contains("-            weight: 95")
                .contains("+            weight: 90");
        assertThat(ctl.run("history", "1..3").ok().out()).isEmpty();

        assertThat(ctl.run("rollback", "2", "-m", "back to ten").ok().out())
                .isEqualTo("route shop updated\n");
        assertThat(ctl.run("rollback", "99").exit()).isEqualTo(1);
    }

    @Test
    @Order(5)
    void drainsANodeAndPutsItBack() {
        String node = ctl.run("node", "list", "-o", "name").ok().out().strip().replace("node/", "");

        assertThat(ctl.run("node", "drain", node).ok().err()).contains(node + " is drained");
        assertThat(ctl.run("get", "nodes").ok().out()).contains("drained");
        assertThat(ctl.run("node", "undrain", node).ok().err())
                .contains(node + " is back in service");
        assertThat(ctl.run("node", "drain", "nobody").exit()).isEqualTo(1);
    }

    @Test
    @Order(6)
    void showsEverythingThereIs() {
        assertThat(ctl.run("status").ok().out())
                .contains("1 of 1 connected on the newest revision");
        assertThat(ctl.run("describe", "cluster", "v1").ok().out())
                .contains("Referred to by: route shop");
        assertThat(ctl.run("node", "describe", "node-1").out()).contains("in sync");
        assertThat(ctl.run("version").ok().err()).isEmpty();
        assertThat(ctl.run("stats").exit()).isZero();
        assertThat(ctl.run("events", "--count", "1", "--since", "0", "-o", "json").ok().out())
                .contains("\"event\":");
    }

    @Test
    @Order(7)
    void deletesWhatNobodyRefersTo() {
        Ctl.Result inUse = ctl.run("delete", "cluster", "v1");
        assertThat(inUse.exit()).isEqualTo(5);
        assertThat(inUse.err()).contains("route shop");

        ctl.run("delete", "-f", directory.resolve("shop.yaml").toString(), "--allow-shrink").ok();
        assertThat(ctl.run("get", "routes").out()).isEmpty();
    }
}
