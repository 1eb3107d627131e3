package io.sluice.proto.resource;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.sluice.proto.Problem;
import io.sluice.proto.Problems;
import io.sluice.proto.resource.rules.Rules;
import io.sluice.proto.resource.v1.RetryOn;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Instant;
import java.util.List;
import java.util.Map;

final class ResourceCodecTest {
    static final String ALL_KINDS =
            """
            # the quickstart's shape, and one of everything
            kind: Listener
            name: web
            labels: {team: edge, "a.b/c": "yes"}
            spec:
              address: 0.0.0.0:8080
              node_selector: {zone: a}
              http:
                timeouts: {requestHead: 10s, requestBody: 1m30s, idle: 0s}
                limits: {headBytes: 64KiB, headers: 50, bodyBytes: 1GiB, connections: 10}
                trustedProxies: [10.0.0.0/8, "::1"]
                normalizePath: false
                h2c: false
                http2: {streams: 10, streamWindow: 16KiB, windowUpdates: 100}
            ---
            kind: listener
            name: postgres
            spec:
              address: "[::]:5432"
              tcp: { forward: { split: [{cluster: a, weight: 0}, {cluster: b, weight: 7}] } }
            ---
            kind: Route
            name: shop
            spec:
              listeners: [web]
              hosts: ["shop.example", "*"]
              rules:
                - name: checkout
                  match:
                    path: { prefix: /checkout }
                    methods: [GET, POST]
                    headers: [{ name: X-Beta, exact: "1" }, { name: X, present: true, invert: true }]
                    cookies: [{ name: c, regex: "a+" }]
                    query: [{ name: q, prefix: "ä\\tb" }]
                  forward:
                    split:
                      - { cluster: checkout-v1, weight: 95 }
                      - { cluster: checkout-v2 }
                  timeouts: { responseHead: 1.5s, total: 0 }
                  retry: { attempts: 3, on: [connect] }
                  requestHeaders: { set: { X-A: "1: #2" }, add: { B: "" }, remove: [C] }
                  rewrite: { prefix: /, host: "up.example:81" }
                - name: old
                  matches: [{ path: { exact: /old } }, { path: { regex: "/v[0-9]+" } }]
                  redirect: { status: 308, scheme: https, path: "/new?x=1" }
                - name: teapot
                  match: {}
                  reply: { status: 418, body: "short\\nand stout\\n", headers: { X-Tea: "yes" } }
            ---
            kind: Cluster
            name: checkout-v1
            spec:
              endpoints: [{ address: 127.0.0.1:9101, labels: {rack: r1} }, { address: "a:1", weight: 0 }]
              loadBalancer: { leastRequest: {} }
              healthCheck: { http: { path: /healthz }, interval: 2s, timeout: 1s, unhealthyAfter: 3, healthyAfter: 2 }
              connectTimeout: 250ms
            """;

    @Test
    void readsEveryFieldOfTheSchema() {
        Problems problems = Problems.collect();
        List<Resource> resources =
                ResourceCodec.decodeDocuments(
                        ALL_KINDS.getBytes(UTF_8), Format.YAML, "all.yaml", problems);
        assertThat(problems.errors()).isEmpty();
        assertThat(resources).hasSize(4);
        assertThat(resources.get(0).labels()).containsEntry("a.b/c", "yes");
        assertThat(resources.get(0).listener().getHttp().getLimits().getHeadBytes())
                .isEqualTo(65_536);
        assertThat(resources.get(0).listener().getNodeSelectorMap()).containsEntry("zone", "a");
        assertThat(resources.get(0).listener().getHttp().getTimeouts().hasIdle()).isTrue();
        assertThat(resources.get(2).route().getRules(0).getRetry().getOn(0))
                .isEqualTo(RetryOn.RETRY_ON_CONNECT);
        assertThat(resources.get(2).route().getRules(0).getForward().getSplit(1).hasWeight())
                .isFalse();
        assertThat(resources.get(3).cluster().getEndpoints(1).hasWeight()).isTrue();
        resources.forEach(resource -> Rules.check(resource, problems));
        assertThat(problems.errors()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"YAML", "JSON"})
    void whatIsWrittenCanBeReadUnchanged(Format format) {
        Extras extras =
                new Extras(7, Instant.EPOCH, Instant.EPOCH, Map.of("nodes", List.of("a", 3, true)));
        for (Resource resource : decode(ALL_KINDS)) {
            String text =
                    format == Format.YAML
                            ? ResourceCodec.encodeYaml(resource, extras)
                            : ResourceCodec.encodeJson(resource, extras);
            Problems problems = Problems.collect();
            List<Resource> again =
                    ResourceCodec.decodeDocuments(text.getBytes(UTF_8), format, "", problems);
            assertThat(problems.errors()).as(text).isEmpty();
            assertThat(again).as(text).containsExactly(resource);
            assertThat(again.getFirst().etag()).isEqualTo(resource.etag());
        }
    }

    @Test
    void writesYamlAsPeopleDo() {
        assertThat(ResourceCodec.encodeYaml(decode(ALL_KINDS).get(1), Extras.NONE))
                .isEqualTo(
                        """
                        kind: Listener
                        name: postgres
                        spec:
                          address: "[::]:5432"
                          tcp:
                            forward:
                              split:
                                - cluster: a
                                  weight: 0
                                - cluster: b
                                  weight: 7
                        """);
    }

    @Test
    void namesEveryProblemWithItsPlace() {
        String text =
                """
                kind: Route
                name: shop
                spec:
                  listners: [web]
                  rules:
                    - name: a
                      match: { path: { regx: /x } }
                      forward: { cluster: 5 }
                      timeouts: { idle: 5 }
                    - name: b
                      name: c
                      retry: { attempts: "3", on: [conect] }
                      reply: {}
                      redirect: {}
                  hosts: shop.example
                ---
                kind: Clutser
                name: x
                ---
                kind: Listener
                spec: {}
                """;
        Problems problems = Problems.collect();
        List<Resource> resources =
                ResourceCodec.decodeDocuments(
                        text.getBytes(UTF_8), Format.YAML, "s.yaml", problems);
        assertThat(problems.errors().stream().map(Problem::toString))
                .containsExactly(
                        "s.yaml:4:3: route shop: listners: is not a known field; did you mean"
                                + " \"listeners\"?",
                        "s.yaml:7:24: route shop: rules[0].match.path.regx: is not a known field;"
                                + " did you mean \"regex\"?",
                        "s.yaml:8:27: route shop: rules[0].forward.cluster: is a number, not text;"
                                + " write \"5\" in quotes",
                        "s.yaml:9:25: route shop: rules[0].timeouts.idle: \"5\" is not a duration;"
                                + " add the unit: 5s, or 5ms",
                        "s.yaml:11:7: route shop: rules[1].name: is given twice, first in line 10",
                        "s.yaml:12:26: route shop: rules[1].retry.attempts: \"3\" is not a whole"
                                + " number; leave out the quotes",
                        "s.yaml:12:36: route shop: rules[1].retry.on[0]: \"conect\" is not known"
                                + " here; did you mean \"connect\"?",
                        "s.yaml:14:7: route shop: rules[1]: only one of reply and redirect can be"
                                + " given",
                        "s.yaml:15:10: route shop: hosts: is text, not a list; write it as [ ... ],"
                                + " or each item on a line with a dash",
                        "s.yaml:17:7: kind: \"Clutser\" is not a kind of resource; did you mean"
                                + " \"Cluster\"?",
                        "s.yaml:20:1: name: is missing; such as name: web");
        assertThat(resources).hasSize(1);
    }

    @Test
    void laterChecksKnowThePlaceAndDoNotRepeatWhatFollows() {
        String text =
                """
                kind: Route
                name: shop
                spec:
                  listeners: [web]
                  rules:
                    - name: Bad Name
                      match:
                        path:
                          regx: /x
                        headers: [{ name: "a b", exact: x }]
                      forwrad: { cluster: a }
                    - match: { path: { regex: "/(" } }
                      forward: {}
                """;
        Problems problems = Problems.collect();
        List<Resource> resources =
                ResourceCodec.decodeDocuments(
                        text.getBytes(UTF_8), Format.YAML, "s.yaml", problems);
        resources.forEach(resource -> Rules.check(resource, problems));
        assertThat(problems.errors().stream().map(Problem::toString))
                .containsExactly(
                        "s.yaml:9:11: route shop: rules[0].match.path.regx: is not a known field;"
                                + " did you mean \"regex\"?",
                        "s.yaml:11:7: route shop: rules[0].forwrad: is not a known field; did you"
                                + " mean \"forward\"?",
                        "s.yaml:6:13: route shop: rules[0].name: \"Bad Name\" is not a name; did"
                                + " you mean \"bad-name\"?",
                        "s.yaml:10:27: route shop: rules[0].match.headers[0].name: \"a b\" holds"
                                + " characters no such name has",
                        "s.yaml:12:7: route shop: rules[1].name: is missing",
                        "s.yaml:12:31: route shop: rules[1].match.path.regex: \"/(\" does not"
                            + " parse: missing closing ): /(; the syntax is RE2: no look-around, no"
                            + " back references",
                        "s.yaml:13:7: route shop: rules[1].forward: needs one of cluster and split;"
                                + " write cluster: NAME");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    {}                                               | REQUIRED
                    []                                               | WRONG_TYPE
                    "x"                                              | WRONG_TYPE
                    {"kind":"Listener","name":5}                     | WRONG_TYPE
                    {"kind":"Listener","name":"a"}                   | REQUIRED
                    {"kind":"Listener","name":"a","spec":[]}         | WRONG_TYPE
                    {"kind":"Listener","name":"a","sepc":{}}         | UNKNOWN_FIELD
                    {"kind":"Listener","name":"a","address":"x","spec":{}} | UNKNOWN_FIELD
                    {"kind":"Listener","name":"a","spec":{"http":5}} | WRONG_TYPE
                    {"kind":"Listener","name":"a","spec":{"http":{"via":"yes"}}} | WRONG_TYPE
                    {"kind":"Listener","name":"a","spec":{"http":{"limits":{"headers":-1}}}} | OUT_OF_RANGE
                    {"kind":"Listener","name":"a","spec":{"http":{"limits":{"headers":4294967296}}}} | OUT_OF_RANGE
                    {"kind":"Listener","name":"a","spec":{"http":{"limits":{"headers":3000000000}}}} | OUT_OF_RANGE
                    {"kind":"Listener","name":"a","spec":{"http":{"limits":{"headers":1.5}}}} | WRONG_TYPE
                    {"kind":"Listener","name":"a","spec":{"http":{"limits":{"headBytes":"64KB"}}}} | BAD_SIZE
                    {"kind":"Listener","name":"a","spec":{"tcp":{"idleTimeout":"5 minutes"}}} | BAD_DURATION
                    {"kind":"Listener","name":"a","spec":{"address":"\\ud800"}} | BAD_TEXT
                    {"kind":"Listener","name":"a","spec":{"nodeSelector":{"a":null}}} | WRONG_TYPE
                    {"kind":"Listener","name":"a","spec":{"nodeSelector":{"a":"1","a":"2"}}} | DUPLICATE_KEY
                    {"kind":"Cluster","name":"a","spec":{"endpoints":[null]}} | WRONG_TYPE
                    {"kind":"Cluster","name":"a","spec":{"endpoints":{}}} | WRONG_TYPE
                    {"kind":"Cluster","name":"a","spec":{},"spec":{}} | DUPLICATE_KEY
                    {"kind":"Cluster","name":"a"                     | SYNTAX
                    {"kind":"Cluster","name":"a","spec":{}} x        | SYNTAX
                    """)
    void refusesJson(String text, String code) {
        Problems problems = Problems.collect();
        ResourceCodec.decodeResource(
                new ResourceKey(Kind.CLUSTER, "none"),
                TextNode.of(Map.of("kind", "Cluster", "name", "none", "spec", Map.of())),
                problems);
        assertThat(problems.errors()).isEmpty();
        for (TextNode node : TextNode.parse(text.getBytes(UTF_8), Format.JSON, "", problems)) {
            ResourceCodec.decodeResource(node, problems);
        }
        assertThat(problems.errors()).as(text).isNotEmpty();
        assertThat(problems.errors()).as(text).extracting(Problem::code).contains(code);
        assertThat(problems.errors()).allMatch(problem -> problem.source() != null);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    kind: Listener\\nname: a\\nspec:\\n  address: [::]:80     | SYNTAX
                    kind: Listener\\nname: "a                              | SYNTAX
                    kind: Listener\\nname: a\\nspec: {address:              | SYNTAX
                    kind: Listener\\nname: a\\nspec:\\n\\thttp: {}            | SYNTAX
                    a: &x [1]\\nb: *x                                      | ALIAS
                    a: !!binary aGVsbG8=                                  | TAG
                    ? [a]\\n: b                                            | SYNTAX
                    kind: Listener\\nname: a\\nspec: &all {address: "1:2", address: "1:2"} | DUPLICATE_KEY
                    kind: Listener\\nname: a\\nspec: {}\\n---\\nkind: listeners\\nname: a\\nspec: {} | DUPLICATE_RESOURCE
                    """)
    void refusesYaml(String text, String code) {
        Problems problems = Problems.collect();
        String lines = text.replace("\\n", "\n").replace("\\t", "\t");
        ResourceCodec.decodeDocuments(lines.getBytes(UTF_8), Format.YAML, "f.yaml", problems);
        assertThat(problems.errors()).as(lines).extracting(Problem::code).contains(code);
        assertThat(problems.errors()).allMatch(problem -> problem.source() != null);
    }

    @Test
    void keepsWhatCameBeforeAHalfWrittenDocument() {
        String text =
                """
                kind: Cluster
                name: a
                spec: {}
                ---
                kind: Cluster
                name: b
                spec: {endpoints: [\
                """;
        Problems problems = Problems.collect();
        List<Resource> resources =
                ResourceCodec.decodeDocuments(text.getBytes(UTF_8), Format.YAML, "f", problems);
        assertThat(resources).extracting(Resource::name).containsExactly("a");
        assertThat(problems.errors()).hasSize(1);
        assertThat(problems.errors().getFirst().source())
                .satisfies(source -> assertThat(String.valueOf(source)).startsWith("f:7:"));
    }

    @Test
    void readsAListOfResourcesAndAnEmptyFile() {
        String json =
                "[{\"kind\":\"Cluster\",\"name\":\"a\",\"spec\":{}},{\"kind\":\"clusters\",\"name\":\"b\",\"spec\":{}}]";
        assertThat(decode(json)).extracting(Resource::name).containsExactly("a", "b");
        assertThat(decode("# nothing\n---\n---\n")).isEmpty();
        assertThat(decode("")).isEmpty();
    }

    @Test
    void anAddressMayNameTheResource() {
        Problems problems = Problems.collect();
        ResourceKey key = new ResourceKey(Kind.CLUSTER, "a");
        assertThat(
                        ResourceCodec.decodeResource(
                                key, TextNode.of(Map.of("spec", Map.of())), problems))
                .isPresent();
        assertThat(problems.errors()).isEmpty();
        ResourceCodec.decodeResource(
                key, TextNode.of(Map.of("name", "b", "spec", Map.of())), problems);
        assertThat(problems.errors()).extracting(Problem::code).containsExactly("KEY_MISMATCH");
    }

    @Test
    void patchesChangeOnlyWhatTheyName() {
        Resource before = decode(ALL_KINDS).get(3);
        Problems problems = Problems.collect();
        Resource after =
                ResourceCodec.patch(
                                before,
                                TextNode.parse(
                                                "{\"spec\":{\"connectTimeout\":\"1s\",\"healthCheck\":null}}"
                                                        .getBytes(UTF_8),
                                                Format.JSON,
                                                "",
                                                problems)
                                        .getFirst(),
                                problems)
                        .orElseThrow();
        assertThat(problems.errors()).isEmpty();
        assertThat(after.cluster().hasHealthCheck()).isFalse();
        assertThat(after.cluster().getConnectTimeout().getSeconds()).isEqualTo(1);
        assertThat(after.cluster().getEndpointsList())
                .isEqualTo(before.cluster().getEndpointsList());
    }

    static List<Resource> decode(String text) {
        Problems problems = Problems.collect();
        List<Resource> resources =
                ResourceCodec.decodeDocuments(text.getBytes(UTF_8), Format.YAML, "", problems);
        assertThat(problems.errors()).isEmpty();
        return resources;
    }
}
