package io.sluice.proto.resource;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.sluice.proto.Problem;
import io.sluice.proto.Problems;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.List;

final class ResourceSetTest {
    private static final String WEB =
            "{kind: Listener, name: web, spec: {address: 0.0.0.0:80, http: {}}}";
    private static final String PG =
            "{kind: Listener, name: pg, spec: {address: 0.0.0.0:5432, tcp: {forward: {cluster:"
                    + " db}}}}";
    private static final String DB = "{kind: Cluster, name: db, spec: {}}";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    0.0.0.0:80   | {}             | 0.0.0.0:80     | {}             | true
                    0.0.0.0:80   | {}             | 0.0.0.0:81     | {}             | false
                    0.0.0.0:80   | {}             | 127.0.0.1:80   | {}             | true
                    127.0.0.1:80 | {}             | 127.0.0.2:80   | {}             | false
                    127.0.0.1:80 | {}             | 127.0.0.1:80   | {}             | true
                    [::]:80      | {}             | [::1]:80       | {}             | true
                    [::]:80      | {}             | 0.0.0.0:80     | {}             | true
                    [::]:80      | {}             | 127.0.0.1:80   | {}             | true
                    0.0.0.0:80   | {}             | [::1]:80       | {}             | false
                    [::1]:80     | {}             | [0:0::1]:80    | {}             | true
                    0.0.0.0:0    | {}             | 0.0.0.0:0      | {}             | false
                    0.0.0.0:80   | {a: x}         | 0.0.0.0:80     | {a: y}         | false
                    0.0.0.0:80   | {a: x}         | 0.0.0.0:80     | {a: x}         | true
                    0.0.0.0:80   | {a: x}         | 0.0.0.0:80     | {b: x}         | true
                    0.0.0.0:80   | {a: x}         | 0.0.0.0:80     | {}             | true
                    0.0.0.0:80   | {a: x, b: y}   | 127.0.0.1:80   | {b: z, a: x}   | false
                    """)
    void findsListenersThatCannotBeBoundTogether(
            String a, String selectorA, String b, String selectorB, boolean clash) {
        Problems problems = Problems.collect();
        set(
                        "{kind: Listener, name: a, spec: {address: \""
                                + a
                                + "\", nodeSelector: "
                                + selectorA
                                + ", http: {}}}",
                        "{kind: Listener, name: b, spec: {address: \""
                                + b
                                + "\", nodeSelector: "
                                + selectorB
                                + ", http: {}}}")
                .check(problems);
        assertThat(codes(problems)).isEqualTo(clash ? List.of("LISTENER_CLASH") : List.of());
    }

    @Test
    void udpHasPortsOfItsOwn() {
        String udp =
                "{kind: Listener, name: %s, spec: {address: \"0.0.0.0:53\", udp: {forward:"
                        + " {cluster: db}}}}";
        String tcp =
                "{kind: Listener, name: c, spec: {address: \"0.0.0.0:53\", tcp: {forward: {cluster:"
                        + " db}}}}";
        Problems problems = Problems.collect();
        set(udp.formatted("a"), tcp, DB).check(problems);
        assertThat(problems.errors()).isEmpty();
        set(udp.formatted("a"), udp.formatted("b"), DB).check(problems);
        assertThat(codes(problems)).containsExactly("LISTENER_CLASH");
    }

    @Test
    void udpHasNoHeadersOfVersion1() {
        String listener =
                "{kind: Listener, name: a, spec: {address: \"0.0.0.0:53\", %s: {forward:"
                        + " {cluster: one}}}}";
        String cluster = "{kind: Cluster, name: one, spec: {endpoints: [], proxyProtocol: %s}}";
        Problems problems = Problems.collect();
        set(listener.formatted("udp"), cluster.formatted("v2")).check(problems);
        set(listener.formatted("tcp"), cluster.formatted("v1")).check(problems);
        assertThat(problems.errors()).isEmpty();
        set(listener.formatted("udp"), cluster.formatted("v1")).check(problems);
        assertThat(codes(problems)).containsExactly("CONFLICT");
    }

    @Test
    void udpSplitsNameTheirClusters() {
        Problems problems = Problems.collect();
        set(
                        "{kind: Listener, name: a, spec: {address: \"0.0.0.0:53\", udp: {forward:"
                                + " {split: [{cluster: dbb, weight: 1}]}}}}",
                        DB)
                .check(problems);
        assertThat(problems.errors().stream().map(Problem::toString))
                .containsExactly(
                        "listener a: udp.forward.split[0].cluster: cluster \"dbb\" does not exist;"
                                + " did you mean \"db\"?");
    }

    @Test
    void referencesMustExist() {
        Problems problems = Problems.collect();
        set(WEB, route("shop", "wbe", "{name: a, forward: {cluster: dbb}}"), DB).check(problems);
        assertThat(problems.errors().stream().map(Problem::toString))
                .containsExactly(
                        "route shop: listeners[0]: listener \"wbe\" does not exist; did you mean"
                                + " \"web\"?",
                        "route shop: rules[0].forward.cluster: cluster \"dbb\" does not exist; did"
                                + " you mean \"db\"?");
    }

    @Test
    void inFilesTheyMayBeElsewhere() {
        Problems problems = Problems.collect();
        set(route("shop", "web", "{name: a, forward: {cluster: db}}")).checkPartial(problems);
        assertThat(problems.errors()).isEmpty();
        assertThat(problems.warnings()).hasSize(2);
    }

    @Test
    void whatIsInUseCannotGo() {
        ResourceSet before =
                set(
                        WEB,
                        PG,
                        DB,
                        route(
                                "shop",
                                "web",
                                "{name: a, forward: {split: [{cluster: db, weight: 1}]}}"));
        ResourceSet after = before.with(List.of(), List.of(new ResourceKey(Kind.CLUSTER, "db")));
        Problems problems = Problems.collect();
        after.checkChange(before, problems);
        assertThat(problems.errors().stream().map(Problem::toString))
                .containsExactly(
                        "cluster db: is in use by listener pg: tcp.forward.cluster",
                        "cluster db: is in use by route shop: rules[0].forward.split[0].cluster");
        assertThat(codes(problems)).containsOnly("IN_USE");
        assertThat(before.referrers(new ResourceKey(Kind.CLUSTER, "db")))
                .map(ResourceKey::toString)
                .containsExactly("listener pg", "route shop");
    }

    @Test
    void routesBelongToHttpListeners() {
        Problems problems = Problems.collect();
        set(PG, DB, route("shop", "pg", "{name: a, reply: {}}")).check(problems);
        assertThat(codes(problems)).containsExactly("NOT_HTTP");
    }

    @Test
    void aChangeLeavesTheSetItCameFrom() {
        ResourceSet before = set(WEB, DB);
        ResourceSet after = before.with(decode(PG), List.of(new ResourceKey(Kind.LISTENER, "web")));
        assertThat(before.all()).extracting(Resource::name).containsExactly("web", "db");
        assertThat(after.all()).extracting(Resource::name).containsExactly("pg", "db");
        assertThat(after.size()).isEqualTo(2);
    }

    @Test
    void leftOutWeightsComeFromTheStore() {
        ResourceSet stored =
                set(
                        route(
                                "shop",
                                "web",
                                "{name: a, forward: {split: [{cluster: x, weight: 95}, {cluster: y,"
                                        + " weight: 5}]}}"));
        Resource incoming =
                decode(
                                route(
                                        "shop",
                                        "web",
                                        "{name: a, forward: {split: [{cluster: y}, {cluster: x,"
                                                + " weight: 1}, {cluster: z}]}}"))
                        .getFirst();
        assertThat(Splits.of(stored.complete(incoming)).getFirst().weights())
                .containsExactly(5, 1, 0);
        assertThat(Splits.of(ResourceSet.empty().complete(incoming)).getFirst().weights())
                .containsExactly(0, 1, 0);
        assertThat(stored.complete(stored.all().getFirst())).isSameAs(stored.all().getFirst());
    }

    @Test
    void warnsOfRulesThatCannotBeReached() {
        Problems problems = Problems.collect();
        set(
                        WEB,
                        route(
                                "a",
                                "web",
                                """
                                {name: all, match: {path: {prefix: /api}}, reply: {}},
                                {name: regex, match: {path: {regex: "/api/v[0-9]+"}}, reply: {}},
                                {name: free, match: {path: {regex: "/ap.*"}}, reply: {}},
                                {name: twin, match: {path: {prefix: /api/}}, reply: {}},
                                {name: get, match: {path: {prefix: /api}, methods: [GET]}, reply: {}},
                                {name: half, matches: [{path: {prefix: /api}}, {path: {prefix: /x}}], reply: {}}
                                """),
                        route("b", "web", "{name: late, match: {path: {prefix: /api}}, reply: {}}"),
                        "{kind: Route, name: c, spec: {listeners: [web], hosts: [c.example], rules:"
                                + " [{name: own, match: {path: {prefix: /api}}, reply: {}}]}}")
                .check(problems);
        assertThat(problems.errors()).isEmpty();
        assertThat(problems.warnings().stream().map(Problem::toString))
                .containsExactly(
                        "route a: rules[1]: rule \"regex\" can never be reached: rule \"all\" goes"
                                + " first and takes all its requests; a prefix goes before a regex",
                        "route a: rules[3]: rule \"twin\" can never be reached: rule \"all\" goes"
                                + " first and takes all its requests",
                        "route a: rules[5].matches[0]: this match of rule \"half\" can never be"
                                + " reached: rule \"all\" goes first and takes all its requests",
                        "route b: rules[0]: rule \"late\" can never be reached: rule \"all\" of"
                                + " route a goes first and takes all its requests");
    }

    private static String route(String name, String listener, String rules) {
        return "{kind: Route, name: "
                + name
                + ", spec: {listeners: ["
                + listener
                + "], rules: ["
                + rules
                + "]}}";
    }

    private static ResourceSet set(String... resources) {
        return ResourceSet.of(decode(resources));
    }

    private static List<Resource> decode(String... resources) {
        Problems problems = Problems.collect();
        List<Resource> decoded =
                ResourceCodec.decodeDocuments(
                        String.join("\n---\n", resources).getBytes(UTF_8),
                        Format.YAML,
                        "",
                        problems);
        assertThat(problems.errors()).isEmpty();
        return decoded;
    }

    private static List<String> codes(Problems problems) {
        return problems.errors().stream().map(Problem::code).toList();
    }
}
