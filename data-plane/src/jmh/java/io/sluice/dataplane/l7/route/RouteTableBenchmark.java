package io.sluice.dataplane.l7.route;

import io.sluice.dataplane.l7.message.RequestHead;
import io.sluice.proto.Problems;
import io.sluice.proto.resource.v1.PathMatch;
import io.sluice.proto.resource.v1.Reply;
import io.sluice.proto.resource.v1.RouteConfig;
import io.sluice.proto.resource.v1.RouteMatch;
import io.sluice.proto.resource.v1.RouteRule;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Finding the route of a request among few and many, by host and by prefix. Heads of 64 routes
 * spread over all of them take turns, so that what many routes cost is cache misses, if anything.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class RouteTableBenchmark {
    private static final int HEADS = 64;

    @Param({"10", "1000", "10000"})
    public int routes;

    /** Whether each route has a host, a prefix, or both of its own. */
    @Param({"host", "prefix", "both"})
    public String by = "";

    private final RequestHead[] heads = new RequestHead[HEADS];
    private RouteTable table = RouteTable.EMPTY;
    private int next;

    /** Compiles the table. */
    @Setup
    public void compile() {
        List<CompiledRoute> compiled = new ArrayList<>();
        for (int i = 0; i < routes; i++) {
            compiled.add(
                    RouteCompiler.compile("r" + i, route(i), name -> null, Problems.collect())
                            .orElseThrow());
        }
        table = RouteCompiler.table("web", compiled);
        for (int i = 0; i < HEADS; i++) {
            int route = (int) ((long) i * routes / HEADS);
            heads[i] = Heads.of("GET", host(route), prefix(route) + "/items/42?page=3");
            if (table.match(heads[i]) == Route.NONE) {
                throw new IllegalStateException("no route for request " + i);
            }
        }
    }

    /** One request. */
    @Benchmark
    public Route match() {
        next = next + 1 & HEADS - 1;
        return table.match(heads[next]);
    }

    private RouteConfig route(int number) {
        return RouteConfig.newBuilder()
                .addListeners("web")
                .addHosts(host(number))
                .addRules(
                        RouteRule.newBuilder()
                                .setName("all")
                                .setMatch(
                                        RouteMatch.newBuilder()
                                                .setPath(
                                                        PathMatch.newBuilder()
                                                                .setPrefix(prefix(number))))
                                .setReply(Reply.getDefaultInstance()))
                .build();
    }

    private String host(int number) {
        return by.equals("prefix") ? "shop.example" : "team-" + number % distinct() + ".example";
    }

    private String prefix(int number) {
        return by.equals("host") ? "/api" : "/api/service-" + number;
    }

    /** With both, a hundred routes share a host. */
    private int distinct() {
        return by.equals("both") ? Math.max(1, routes / 100) : routes;
    }
}
