package io.sluice.cli.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;
import java.util.Map;

class CanaryCommandTest {
    private static final String WRITTEN =
            """
            {"revision":9,"changed":[{"kind":"Route","name":"shop","op":"updated","etag":"e"}],"warnings":[]}
            """;
    private static final String ACTIVE =
            "{\"revision\":9,\"activation\":{\"connected\":2,\"active\":2,\"rejected\":0}}";

    private final ScriptedControlPlane server = new ScriptedControlPlane();
    private final CommandLineRun cli = CommandLineRun.against(server);

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void postsTheSharesAndReturnsWhenTheyAreActive() {
        server.on("POST /api/v1/routes/shop:weights", WRITTEN)
                .on(
                        "GET /api/v1/canaries?filter=split%3A%22shop%2Fcheckout%22&pageSize=500",
                        """
                        {"items":[{"split":"shop/checkout","owned":true,"weights":[
                        {"cluster":"checkout-v1","weight":90},{"cluster":"checkout-v2","weight":10}]}]}
                        """)
                .on("GET /api/v1/revisions/9?view=activation", ACTIVE);

        assertThat(cli.run("canary", "set", "shop/checkout", "checkout-v2=10", "-m", "first users"))
                .isZero();
        assertThat(server.last("POST").body())
                .isEqualTo(
                        "{\"rule\":\"checkout\",\"message\":\"first"
                                + " users\",\"weights\":{\"checkout-v2\":10}}");
        assertThat(cli.pauses()).isZero();
        assertThat(cli.err()).endsWith("shop/checkout checkout-v1:90,checkout-v2:10\n");
    }

    @Test
    void leavesTheRuleOutWhereTheUserDid() {
        server.on("POST /api/v1/routes/shop:weights", WRITTEN)
                .on("GET /api/v1/canaries?filter=split%3A%22shop%22&pageSize=500", "{}");

        cli.run("canary", "set", "shop", "checkout-v2=100%", "--wait=false");

        assertThat(server.last("POST").body()).isEqualTo("{\"weights\":{\"checkout-v2\":100}}");
    }

    @Test
    void worksOnAnL4Listener() {
        server.on("POST /api/v1/listeners/postgres:weights", WRITTEN)
                .on(
                        "GET /api/v1/canaries?filter=split%3A%22listener%3Apostgres%22&pageSize=500",
                        "{}");

        assertThat(cli.run("canary", "set", "listener:postgres", "postgres-17=5", "--wait=false"))
                .isZero();
    }

    @Test
    void releasePostsRelease() {
        server.on(
                "POST /api/v1/routes/shop:weights",
                "{\"revision\":9,\"changed\":[],\"warnings\":[]}");

        assertThat(cli.run("canary", "release", "shop/checkout")).isZero();
        assertThat(server.last("POST").body())
                .isEqualTo("{\"rule\":\"checkout\",\"release\":true}");
        assertThat(cli.err()).isEqualTo("released shop/checkout; its weights stay\n");
    }

    @Test
    void statusShowsWhoOwnsWhat() {
        server.on(
                "GET /api/v1/canaries?pageSize=500",
                """
                {"items":[
                 {"split":"listener:pg","owned":false,"weights":[{"cluster":"pg16","weight":100},{"cluster":"pg17"}],"revision":1},
                 {"split":"shop/checkout","owned":true,"weights":[{"cluster":"v1","weight":90},{"cluster":"v2","weight":10}],
                  "since":"2026-11-21T11:30:00Z","author":"ada","revision":9}]}
                """);

        assertThat(cli.run("canary", "status")).isZero();
        assertThat(cli.out())
                .isEqualTo(
                        """
                        SPLIT          WEIGHTS          OWNER   SINCE  AUTHOR  REVISION
                        listener:pg    pg16:100,pg17:0  apply       -  -              1
                        shop/checkout  v1:90,v2:10      canary    30m  ada            9
                        """);
        assertThat(cli.run("canary", "status", "shop/check")).isEqualTo(1);
    }

    @Test
    void readsSharesInTheirOrder() {
        assertThat(CanarySetCommand.weights(List.of("b=30", "a=70%")))
                .containsExactly(Map.entry("b", 30), Map.entry("a", 70));
    }

    @ParameterizedTest
    @CsvSource({
        "v2, is not CLUSTER=SHARE",
        "=5, is not CLUSTER=SHARE",
        "v2=, whole number from 0 to 100",
        "v2=ten, whole number from 0 to 100",
        "v2=1.5, whole number from 0 to 100",
        "v2=-1, whole number from 0 to 100",
        "v2=101, whole number from 0 to 100",
    })
    void refusesOtherWords(String word, String complaint) {
        assertThatThrownBy(() -> CanarySetCommand.weights(List.of(word)))
                .hasMessageContaining(complaint);
    }

    @Test
    void refusesMoreThanAll() {
        assertThatThrownBy(() -> CanarySetCommand.weights(List.of("v2=60", "v3=60")))
                .hasMessage("the shares add up to 120, which is more than 100");
        assertThatThrownBy(() -> CanarySetCommand.weights(List.of("v2=60", "v2=10")))
                .hasMessage("cluster v2 is named twice");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/checkout", "shop/", "shop/a/b", "listener:", "http://x/y"})
    void refusesWhatNamesNoSplit(String target) {
        assertThat(cli.run("canary", "set", target, "v2=10")).isEqualTo(64);
        assertThat(cli.err()).contains("names no split");
    }
}
