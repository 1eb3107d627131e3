package io.sluice.proto.resource.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.proto.resource.v1.FieldMatch;
import io.sluice.proto.resource.v1.RouteMatch;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

final class RulePrecedenceTest {
    @Test
    void followsTheSchema() {
        List<RankedMatch> inOrder =
                List.of(
                        match("a.b.c", new PathPattern.Exact("/x"), 0, "r", 9),
                        match("a.b.c", PathPattern.prefix("/x/y"), 0, "r", 9),
                        match("a.b.c", PathPattern.prefix("/x"), 2, "r", 9),
                        match("a.b.c", PathPattern.prefix("/x"), 1, "q", 9),
                        match("a.b.c", PathPattern.prefix("/x"), 1, "r", 1),
                        match("a.b.c", PathPattern.prefix("/x"), 1, "r", 2),
                        match("a.b.c", PathPattern.ALL, 5, "a", 0),
                        match("a.b.c", new PathPattern.Regex("/x.*"), 0, "r", 9),
                        match("a.b.c", new PathPattern.Regex("/.*"), 5, "a", 0),
                        match("*.b.c", new PathPattern.Exact("/x"), 0, "r", 9),
                        match("*.c", new PathPattern.Exact("/x"), 0, "r", 9),
                        match("*", new PathPattern.Exact("/x"), 9, "a", 0));
        List<RankedMatch> shuffled = new ArrayList<>(inOrder);
        Collections.shuffle(shuffled, new Random(1));
        shuffled.sort(RulePrecedence.ORDER);
        assertThat(shuffled).isEqualTo(inOrder);
    }

    @Test
    void isATotalOrder() {
        Random random = new Random(2);
        List<RankedMatch> all = new ArrayList<>();
        for (int i = 0; i < 150; i++) {
            all.add(random(random));
        }
        for (RankedMatch a : all) {
            for (RankedMatch b : all) {
                int ab = Integer.signum(RulePrecedence.ORDER.compare(a, b));
                assertThat(Integer.signum(RulePrecedence.ORDER.compare(b, a))).isEqualTo(-ab);
                if (ab == 0) {
                    assertThat(a.host()).isEqualTo(b.host());
                    assertThat(a.route() + a.rule()).isEqualTo(b.route() + b.rule());
                }
                RankedMatch c = all.get(random.nextInt(all.size()));
                if (ab <= 0 && RulePrecedence.ORDER.compare(b, c) <= 0) {
                    assertThat(RulePrecedence.ORDER.compare(a, c)).isLessThanOrEqualTo(0);
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "shop.example, shop.example, true",
        "Shop.Example., shop.example, true",
        "shop.example, www.shop.example, false",
        "*.shop.example, www.shop.example, true",
        "*.shop.example, a.b.shop.example, true",
        "*.shop.example, shop.example, false",
        "*.shop.example, xshop.example, false",
        "*, anything, true",
        "127.0.0.1, 127.0.0.1, true",
        "[::1], [::1], true",
        "::1, [::1], true",
    })
    void hostPatterns(String pattern, String host, boolean matches) {
        assertThat(
                        HostPattern.parse(pattern)
                                .orElseThrow()
                                .matches(HostPattern.canonicalHost(host)))
                .isEqualTo(matches);
    }

    @ParameterizedTest
    @CsvSource({
        "Shop.Example:8080, shop.example", "shop.example., shop.example", "[::1]:80, [::1]",
        "[::1], [::1]", "a:, a", "shop.example.:80, shop.example",
    })
    void canonicalHosts(String authority, String host) {
        assertThat(HostPattern.canonicalHost(authority)).isEqualTo(host);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "*.", "a.*", "*a", "a:80", "[::1", "a b", "**", "*.*.a"})
    void refusesHosts(String text) {
        assertThat(HostPattern.parse(text)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "/check, /check, true",
        "/check, /check/, true",
        "/check, /check/x, true",
        "/check, /checkout, false",
        "/check/, /check, true",
        "/, /, true",
        "/, /x, true",
        "/a/b, /a, false",
    })
    void prefixesMatchWholeSegments(String prefix, String path, boolean matches) {
        assertThat(PathPattern.prefix(prefix).matches(path)).isEqualTo(matches);
    }

    private static RankedMatch random(Random random) {
        String[] hosts = {"*", "*.a", "*.b", "*.b.a", "x.a", "y.b"};
        List<PathPattern> paths =
                List.of(
                        PathPattern.ALL,
                        PathPattern.prefix("/a"),
                        PathPattern.prefix("/b"),
                        PathPattern.prefix("/a/b"),
                        new PathPattern.Exact("/a"),
                        new PathPattern.Exact("/a/b"),
                        new PathPattern.Regex("/a"),
                        new PathPattern.Regex("/b+"));
        return match(
                hosts[random.nextInt(hosts.length)],
                paths.get(random.nextInt(paths.size())),
                random.nextInt(3),
                "r" + random.nextInt(3),
                random.nextInt(3));
    }

    private static RankedMatch match(
            String host, PathPattern path, int conditions, String route, int rule) {
        RouteMatch.Builder match = RouteMatch.newBuilder();
        for (int i = 0; i < conditions; i++) {
            match.addHeaders(FieldMatch.newBuilder().setName("h" + i).setPresent(true));
        }
        return new RankedMatch(
                HostPattern.parse(host).orElseThrow(), path, match.build(), route, rule, 0);
    }
}
