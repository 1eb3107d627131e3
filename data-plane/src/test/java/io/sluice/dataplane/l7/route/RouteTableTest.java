package io.sluice.dataplane.l7.route;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.sluice.dataplane.l7.message.RequestHead;
import io.sluice.proto.Problems;
import io.sluice.proto.resource.Format;
import io.sluice.proto.resource.Resource;
import io.sluice.proto.resource.ResourceCodec;
import io.sluice.proto.resource.rules.Rules;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.ArrayList;
import java.util.List;

final class RouteTableTest {
    @ParameterizedTest
    @CsvSource({
        "shop.example, exact",
        "shop.example., exact",
        "www.shop.example, deep",
        "a.b.shop.example, deep",
        "xshop.example, wide",
        "x.example, wide",
        "example, any",
        ".example, any",
        "'', any",
        "[::1], v6",
        "10.0.0.1, v4",
    })
    void theMoreExactHostGoesFirst(String host, String rule) {
        RouteTable table =
                table(
                        route("a", "[\"*\"]", "{name: any, reply: {}}"),
                        route("b", "[\"*.example\"]", "{name: wide, reply: {}}"),
                        route("c", "[\"*.shop.example\"]", "{name: deep, reply: {}}"),
                        route("d", "[Shop.Example]", "{name: exact, reply: {}}"),
                        route("e", "[\"[0::1]\"]", "{name: v6, reply: {}}"),
                        route("f", "[10.0.0.1]", "{name: v4, reply: {}}"));
        assertThat(table.match(Heads.of("GET", host, "/")).rule()).isEqualTo(rule);
    }

    @ParameterizedTest
    @CsvSource({
        "/, all", "/check, check", "/check/, check", "/check/x/y, check", "/checkout, all",
        "/check/in, exact", "/check/in/, in", "/check/in/x, in", "/v1, digits", "/v12, digits",
        "/v1/x, all", "/a//b, double", "/a//b/c, double", "/a/b, all", "/check%2Fin, all",
        "/long/a/b/c/d/e/f/g, long",
    })
    void exactPathThenLongestPrefixThenRegex(String path, String rule) {
        RouteTable table =
                table(
                        route(
                                "a",
                                "[\"*\"]",
                                """
                                {name: check, match: {path: {prefix: /check/}}, reply: {}},
                                {name: in, match: {path: {prefix: /check/in}}, reply: {}},
                                {name: exact, match: {path: {exact: /check/in}}, reply: {}},
                                {name: double, match: {path: {prefix: /a//b}}, reply: {}},
                                {name: long, match: {path: {prefix: /long/a/b/c/d/e/f/g}}, reply: {}},
                                {name: digits, match: {path: {regex: "/v[0-9]+"}}, reply: {}},
                                {name: all, match: {path: {regex: ".*"}}, reply: {}}
                                """));
        assertThat(table.match(Heads.of("GET", "x", path)).rule()).isEqualTo(rule);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    {methods: [GET, PURGE]}                   | GET     | /            |                    | true
                    {methods: [GET, PURGE]}                   | PURGE   | /            |                    | true
                    {methods: [GET, PURGE]}                   | PURGES  | /            |                    | false
                    {methods: [GET, PURGE]}                   | POST    | /            |                    | false
                    {headers: [{name: x-a, exact: b}]}        | GET     | /            | X-A: b             | true
                    {headers: [{name: x-a, exact: b}]}        | GET     | /            | X-A: B             | false
                    {headers: [{name: x-a, exact: b}]}        | GET     | /            | X-A: c;x-a: b      | true
                    {headers: [{name: x-a, prefix: b}]}       | GET     | /            | X-A: bcd           | true
                    {headers: [{name: x-a, regex: "b+"}]}     | GET     | /            | X-A: bbb           | true
                    {headers: [{name: x-a, regex: "b+"}]}     | GET     | /            | X-A: bbbc          | false
                    {headers: [{name: x-a, present: true}]}   | GET     | /            | X-A:               | true
                    {headers: [{name: x-a, present: true}]}   | GET     | /            |                    | false
                    {headers: [{name: x-a, present: false}]}  | GET     | /            |                    | true
                    {headers: [{name: x-a, present: false}]}  | GET     | /            | X-A: b             | false
                    {headers: [{name: x-a, present: false, invert: true}]} | GET | /   | X-A: b             | true
                    {headers: [{name: x-a, exact: b, invert: true}]} | GET | /         | X-A: b             | false
                    {headers: [{name: x-a, exact: b, invert: true}]} | GET | /         |                    | true
                    {headers: [{name: authorization, prefix: "Bearer "}]} | GET | /    | Authorization: Bearer x | true
                    {headers: [{name: a, exact: "1"}, {name: b, exact: "2"}]} | GET | / | A: 1               | false
                    {headers: [{name: a, exact: "1"}, {name: b, exact: "2"}]} | GET | / | A: 1;B: 2          | true
                    {cookies: [{name: c, exact: "1"}]}        | GET     | /            | Cookie: c=1        | true
                    {cookies: [{name: c, exact: "1"}]}        | GET     | /            | Cookie: a=c=1      | false
                    {cookies: [{name: c, exact: "1"}]}        | GET     | /            | Cookie: cc=1, c=2, c=1 | false
                    {cookies: [{name: c, exact: "1"}]}        | GET     | /            | Cookie: b=2;Cookie: c=1 | true
                    {cookies: [{name: C, exact: "1"}]}        | GET     | /            | Cookie: c=1        | false
                    {cookies: [{name: c, present: true}]}     | GET     | /            | Cookie: c          | false
                    {cookies: [{name: c, present: true}]}     | GET     | /            | Cookie: c=         | true
                    {query: [{name: q, exact: "a b"}]}        | GET     | /?q=a+b      |                    | true
                    {query: [{name: q, exact: "a b"}]}        | GET     | /?x&q=a%20b&y |                   | true
                    {query: [{name: "ä", exact: "&"}]}        | GET     | /?%C3%A4=%26 |                    | true
                    {query: [{name: q, exact: "1"}]}          | GET     | /?q=12       |                    | false
                    {query: [{name: q, exact: "1"}]}          | GET     | /?qq=1       |                    | false
                    {query: [{name: q, exact: "1"}]}          | GET     | /?q=2&q=1    |                    | true
                    {query: [{name: q, present: true}]}       | GET     | /?q          |                    | true
                    {query: [{name: q, present: true}]}       | GET     | /?           |                    | false
                    {query: [{name: q, prefix: "%"}]}         | GET     | /?q=%zz      |                    | true
                    {query: [{name: q, regex: "a.c"}]}        | GET     | /?q=a%2Bc    |                    | true
                    {query: [{name: q, present: false}]}      | GET     | /            |                    | true
                    """)
    void conditions(String match, String method, String target, String fields, boolean holds) {
        RouteTable table =
                table(route("a", "[\"*\"]", "{name: hit, match: " + match + ", reply: {}}"));
        String[] lines = fields == null ? new String[0] : fields.split(";(?=[A-Z]|x-)");
        for (int i = 0; i < lines.length; i++) {
            lines[i] = lines[i].endsWith(":") ? lines[i] + " " : lines[i];
        }
        RequestHead head = Heads.of(method, "x", target, lines);
        assertThat(table.match(head).rule()).isEqualTo(holds ? "hit" : "");
    }

    @Test
    void cookiesShareAField() {
        RouteTable table =
                table(
                        route(
                                "a",
                                "[\"*\"]",
                                "{name: hit, match: {cookies: [{name: c, exact: \"1\"}]}, reply:"
                                        + " {}}"));
        assertThat(table.match(Heads.of("GET", "x", "/", "Cookie: a=2; c=1 ; d=3")).rule())
                .isEqualTo("hit");
    }

    @Test
    void fallsThroughWhereConditionsFail() {
        RouteTable table =
                table(
                        route(
                                "a",
                                "[shop.example]",
                                "{name: post, match: {path: {exact: /a}, methods: [POST]}, reply:"
                                        + " {}}"),
                        route(
                                "b",
                                "[\"*.example\"]",
                                "{name: header, match: {path: {prefix: /a}, headers: [{name: h,"
                                        + " present: true}]}, reply: {}}"),
                        route(
                                "c",
                                "[\"*\"]",
                                "{name: rest, reply: {}}, {name: more, match: {methods: [PUT]},"
                                        + " reply: {}}"));
        assertThat(table.match(Heads.of("POST", "shop.example", "/a")).rule()).isEqualTo("post");
        assertThat(table.match(Heads.of("GET", "shop.example", "/a", "H: 1")).rule())
                .isEqualTo("header");
        assertThat(table.match(Heads.of("GET", "shop.example", "/a")).rule()).isEqualTo("rest");
        assertThat(table.match(Heads.of("PUT", "shop.example", "/a")).rule()).isEqualTo("more");
    }

    @Test
    void moreConditionsThenRouteNameThenPosition() {
        String rules =
                "{name: one, match: {path: {prefix: /p}}, reply: {}}, {name: two, match: {path:"
                        + " {prefix: /p}}, reply: {}}";
        RouteTable table =
                table(
                        route("b", "[\"*\"]", rules),
                        route("a", "[\"*\"]", rules),
                        route(
                                "c",
                                "[\"*\"]",
                                "{name: get, match: {path: {prefix: /p}, methods: [GET]}, reply:"
                                        + " {}}"));
        Route post = table.match(Heads.of("POST", "x", "/p"));
        assertThat(post.route() + "/" + post.rule()).isEqualTo("a/one");
        assertThat(table.match(Heads.of("GET", "x", "/p")).rule()).isEqualTo("get");
    }

    @Test
    void eachOfMatchesRanksAlone() {
        RouteTable table =
                table(
                        route(
                                "a",
                                "[\"*\"]",
                                "{name: both, matches: [{path: {exact: /x}}, {path: {regex:"
                                    + " \"/y.*\"}}], reply: {}}, {name: y, match: {path: {prefix:"
                                    + " /y}}, reply: {}}"));
        assertThat(table.match(Heads.of("GET", "h", "/x")).rule()).isEqualTo("both");
        assertThat(table.match(Heads.of("GET", "h", "/y")).rule()).isEqualTo("y");
        assertThat(table.match(Heads.of("GET", "h", "/yz")).rule()).isEqualTo("both");
    }

    @Test
    void noRouteIsNone() {
        assertThat(table().match(Heads.of("GET", "x", "/"))).isSameAs(Route.NONE);
        assertThat(
                        table(route("a", "[a]", "{name: r, reply: {}}"))
                                .match(Heads.of("GET", "b", "/")))
                .isSameAs(Route.NONE);
        RouteTable other =
                RouteCompiler.table(
                        "other", compiled(route("a", "[\"*\"]", "{name: r, reply: {}}")));
        assertThat(other.match(Heads.of("GET", "b", "/"))).isSameAs(Route.NONE);
    }

    @Test
    void missingClustersAndWeightsAreProblems() {
        Problems problems = Problems.collect();
        Resource route =
                resources(
                                route(
                                        "a",
                                        "[\"*\"]",
                                        "{name: r, forward: {cluster: gone}}, {name: s, forward:"
                                                + " {split: [{cluster: gone}]}}"))
                        .getFirst();
        assertThat(
                        RouteCompiler.compile(
                                "a", route.route(), name -> null, problems.in(route.key())))
                .isEmpty();
        assertThat(problems.errors())
                .extracting(problem -> problem.field() + " " + problem.code())
                .containsExactly(
                        "rules[0].forward.cluster MISSING_REFERENCE",
                        "rules[1].forward.split[0].cluster MISSING_REFERENCE",
                        "rules[1].forward.split NO_WEIGHT");
    }

    static String route(String name, String hosts, String rules) {
        return "{kind: Route, name: "
                + name
                + ", spec: {listeners: [web], hosts: "
                + hosts
                + ", rules: ["
                + rules
                + "]}}";
    }

    static RouteTable table(String... routes) {
        return RouteCompiler.table("web", compiled(routes));
    }

    static List<CompiledRoute> compiled(String... routes) {
        List<CompiledRoute> compiled = new ArrayList<>();
        for (Resource route : resources(routes)) {
            Problems problems = Problems.collect();
            Rules.check(route, problems);
            assertThat(problems.errors()).isEmpty();
            compiled.add(
                    RouteCompiler.compile(route.name(), route.route(), name -> null, problems)
                            .orElseThrow());
        }
        return compiled;
    }

    private static List<Resource> resources(String... routes) {
        Problems problems = Problems.collect();
        List<Resource> resources =
                ResourceCodec.decodeDocuments(
                        String.join("\n---\n", routes).getBytes(UTF_8), Format.YAML, "", problems);
        assertThat(problems.errors()).isEmpty();
        return resources;
    }
}
