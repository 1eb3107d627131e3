package io.sluice.it.apply;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.it.harness.Ctl;
import io.sluice.it.harness.TestFleet;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Everything the issue calls bad input, as a user would send it; nothing of it is stored. */
final class BadInputIT {
    private static TestFleet fleet;

    private static final String GOOD =
            """
            kind: Listener
            name: web
            spec: { address: "127.0.0.1:0", http: {} }
            ---
            kind: Route
            name: shop
            spec: { listeners: [web], rules: [ { name: all, forward: { cluster: up } } ] }
            ---
            kind: Cluster
            name: up
            spec: { endpoints: [ { address: "127.0.0.1:9" } ] }
            """;

    @BeforeAll
    static void start(@TempDir Path directory) {
        fleet = new TestFleet(directory, 0);
        fleet.apply(GOOD);
    }

    @AfterAll
    static void stop() throws Exception {
        fleet.close();
    }

    private static Stream<Arguments> badDocuments() {
        String cluster = "kind: Cluster\nname: c\nspec:\n";
        String route = "kind: Route\nname: r\nspec:\n  listeners: [web]\n";
        String rule = route + "  rules:\n    - name: x\n      ";
        return Stream.of(
                Arguments.of(cluster + "  endpoint: []\n", "endpoints"),
                Arguments.of(cluster + "  endpoints: 5\n", "endpoints"),
                Arguments.of(cluster + "  connectTimeout: soon\n", "connectTimeout"),
                Arguments.of(
                        cluster + "  endpoints: [ { address: \"nowhere\" } ]\n",
                        "endpoints[0].address"),
                Arguments.of(rule + "forward: { cluster: nobody }\n", "nobody"),
                Arguments.of(
                        "kind: Route\n"
                                + "name: r\n"
                                + "spec: { listeners: [nowhere], rules: [ { name: x, forward: {"
                                + " cluster: up } } ] }\n",
                        "nowhere"),
                Arguments.of(
                        rule + "forward: { split: [ { cluster: up, weight: 0 } ] }\n", "weight"),
                Arguments.of(
                        rule
                                + "match: { path: { regex: \"(\" } }\n"
                                + "      forward: { cluster: up }\n",
                        "regex"),
                Arguments.of(
                        "kind: Listener\n"
                                + "name: other\n"
                                + "spec: { address: \"127.0.0.1:81\", http: {} }\n"
                                + "---\n"
                                + "kind: Listener\n"
                                + "name: another\n"
                                + "spec: { address: \"0.0.0.0:81\", http: {} }\n",
                        "81"),
                Arguments.of(
                        "kind: Cluster\nname: c\nspec: {}\n---\nkind: Cluster\nname: c\nspec: {}\n",
                        "c"),
                Arguments.of("kind: Cluster\nname: C_1\nspec: {}\n", "C_1"),
                Arguments.of("kind: Clutser\nname: c\nspec: {}\n", "Cluster"),
                Arguments.of(
                        "kind: Listener\n"
                                + "name: tls\n"
                                + "spec: { address: \"127.0.0.1:82\", http: {}, tls: {} }\n",
                        "tls"),
                Arguments.of("kind: Cluster\nname: c\nspec: { endpoints: [\n", "not YAML"));
    }

    @ParameterizedTest
    @MethodSource("badDocuments")
    void isRefusedByNameAndStoresNothing(String yaml, String named) {
        long before = revision();

        Ctl.Result result = fleet.ctl().apply(yaml);

        assertThat(result.exit()).as(result.err()).isEqualTo(1);
        assertThat(result.err()).contains(named).contains(".yaml:");
        assertThat(revision()).isEqualTo(before);
    }

    @Test
    void deletionOfWhatIsReferredToSaysByWhom() {
        Ctl.Result result = fleet.ctl().run("delete", "cluster", "up");
        assertThat(result.exit()).isEqualTo(5);
        assertThat(result.err()).contains("shop");
    }

    @Test
    void allProblemsAreNamedAtOnce() {
        Ctl.Result result =
                fleet.ctl()
                        .apply(
                                "kind: Cluster\n"
                                    + "name: c\n"
                                    + "spec: { endpoint: [], connectTimeout: soon, endpoints: [ {"
                                    + " address: x } ] }\n");
        assertThat(result.err())
                .contains("endpoint")
                .contains("soon")
                .contains("endpoints[0].address");
    }

    @Test
    void aStaleEtagIsRefused() {
        String body = "{\"spec\":{\"endpoints\":[]}}";
        HttpResponse<String> response =
                fleet.controlPlane().sendIfMatch("PUT", "/clusters/up", "\"0000\"", body);
        assertThat(response.statusCode()).isEqualTo(412);
    }

    @Test
    void aBodyOverTheLimitIsRefused() {
        HttpResponse<String> response =
                fleet.controlPlane().send("PUT", "/clusters/big", " ".repeat(9 << 20));
        assertThat(response.statusCode()).isEqualTo(413);
    }

    @Test
    void commandsAndFlagsAreCheckedAndAServerThatIsAwaySaysSo(@TempDir Path directory)
            throws Exception {
        assertThat(fleet.ctl().run("aply").exit()).isEqualTo(64);
        assertThat(fleet.ctl().run("aply").err()).contains("apply");
        assertThat(fleet.ctl().run("get", "routes", "--outptu", "json").exit()).isEqualTo(64);
        Ctl away =
                new Ctl(Files.createDirectories(directory.resolve("away")), "http://127.0.0.1:1");
        assertThat(away.run("get", "routes").exit()).isEqualTo(69);
        assertThat(away.run("get", "routes").err()).contains("127.0.0.1:1");
    }

    private static long revision() {
        return fleet.controlPlane().get("/status").get("revision").asLong();
    }
}
