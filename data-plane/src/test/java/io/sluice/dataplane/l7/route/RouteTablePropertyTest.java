package io.sluice.dataplane.l7.route;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.re2j.Pattern;

import io.sluice.dataplane.l7.message.RequestHead;
import io.sluice.proto.Problems;
import io.sluice.proto.resource.rules.PathPattern;
import io.sluice.proto.resource.rules.RankedMatch;
import io.sluice.proto.resource.rules.Regexes;
import io.sluice.proto.resource.rules.RulePrecedence;
import io.sluice.proto.resource.v1.FieldMatch;
import io.sluice.proto.resource.v1.PathMatch;
import io.sluice.proto.resource.v1.Reply;
import io.sluice.proto.resource.v1.RouteConfig;
import io.sluice.proto.resource.v1.RouteMatch;
import io.sluice.proto.resource.v1.RouteRule;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** The table gives what going through all matches in the order of the schema gives. */
final class RouteTablePropertyTest {
    private static final int ROUTES = 10_000;
    private static final int REQUESTS = 600;

    private final Random random = new Random(6);
    private final Map<String, Pattern> patterns = new HashMap<>();

    @Test
    void agreesWithTheLinearSearchOn10000Routes() {
        List<CompiledRoute> compiled = new ArrayList<>();
        List<RankedMatch> inOrder = new ArrayList<>();
        List<String> hosts = new ArrayList<>();
        for (int i = 0; i < ROUTES; i++) {
            RouteConfig config = route();
            hosts.addAll(config.getHostsList());
            compiled.add(
                    RouteCompiler.compile("r" + i, config, name -> null, Problems.collect())
                            .orElseThrow());
            inOrder.addAll(RankedMatch.of("r" + i, config));
        }
        inOrder.sort(RulePrecedence.ORDER);
        RouteTable table = RouteCompiler.table("web", compiled);
        int found = 0;
        for (int i = 0; i < REQUESTS; i++) {
            String host =
                    hosts.get(random.nextInt(hosts.size()))
                            .replace("*", random.nextBoolean() ? "x" : "x.y");
            String path = path();
            String method = random.nextBoolean() ? "GET" : "PUT";
            String value = "v" + random.nextInt(2);
            RequestHead head = Heads.of(method, host, path, "H: " + value);
            Route route = table.match(head);
            String expected = linear(inOrder, host, path, method, value);
            assertThat(route.route() + "/" + route.rule())
                    .as("%s %s%s H: %s", method, host, path, value)
                    .isEqualTo(expected);
            found += route.equals(Route.NONE) ? 0 : 1;
        }
        assertThat(found).isGreaterThan(REQUESTS / 2);
    }

    private String linear(
            List<RankedMatch> inOrder, String host, String path, String method, String value) {
        for (RankedMatch candidate : inOrder) {
            if (candidate.host().matches(host)
                    && matches(candidate.path(), path)
                    && holds(candidate.match(), method, value)) {
                return candidate.route() + "/rule" + candidate.rule();
            }
        }
        return "/";
    }

    private boolean matches(PathPattern pattern, String path) {
        return switch (pattern) {
            case PathPattern.Exact exact -> exact.path().equals(path);
            case PathPattern.Prefix prefix -> prefix.matches(path);
            case PathPattern.Regex regex ->
                    patterns.computeIfAbsent(regex.pattern(), Regexes::compile).matches(path);
        };
    }

    private static boolean holds(RouteMatch match, String method, String value) {
        return (match.getMethodsCount() == 0 || match.getMethodsList().contains(method))
                && match.getHeadersList().stream()
                        .allMatch(field -> field.getExact().equals(value));
    }

    private RouteConfig route() {
        RouteConfig.Builder route = RouteConfig.newBuilder().addListeners("web");
        String name = "h" + random.nextInt(300);
        switch (random.nextInt(20)) {
            case 0 -> route.addHosts("*");
            case 1, 2, 3 -> route.addHosts("*." + name + ".example");
            case 4 -> route.addHosts("*.example");
            default -> route.addHosts(name + ".example").addHosts("x." + name + ".example");
        }
        int rules = 1 + random.nextInt(3);
        for (int i = 0; i < rules; i++) {
            RouteRule.Builder rule =
                    RouteRule.newBuilder().setName("rule" + i).setReply(Reply.getDefaultInstance());
            if (random.nextInt(4) == 0) {
                rule.addMatches(match()).addMatches(match());
            } else {
                rule.setMatch(match());
            }
            route.addRules(rule);
        }
        return route.build();
    }

    private RouteMatch match() {
        RouteMatch.Builder match = RouteMatch.newBuilder();
        String path = path();
        switch (random.nextInt(6)) {
            case 0 -> match.setPath(PathMatch.newBuilder().setExact(path));
            case 1 -> match.setPath(PathMatch.newBuilder().setRegex(path + "(/b|/c)*"));
            case 2 -> {}
            default -> match.setPath(PathMatch.newBuilder().setPrefix(path));
        }
        if (random.nextInt(3) == 0) {
            match.addMethods("GET");
        }
        if (random.nextInt(3) == 0) {
            match.addHeaders(
                    FieldMatch.newBuilder().setName("h").setExact("v" + random.nextInt(2)));
        }
        return match.build();
    }

    private String path() {
        StringBuilder path = new StringBuilder();
        int segments = 1 + random.nextInt(4);
        for (int i = 0; i < segments; i++) {
            path.append('/').append(List.of("a", "b", "c", "").get(random.nextInt(4)));
        }
        return path.toString();
    }
}
