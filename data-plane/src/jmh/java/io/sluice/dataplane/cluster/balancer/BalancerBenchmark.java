package io.sluice.dataplane.cluster.balancer;

import io.netty.channel.DefaultEventLoop;
import io.sluice.dataplane.cluster.endpoint.Endpoint;
import io.sluice.dataplane.cluster.endpoint.Health;
import io.sluice.dataplane.net.Loop;

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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/** Picking an endpoint of few and many; with different weights round robin is the weighted one. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class BalancerBenchmark {
    @Param({"3", "100", "10000"})
    public int endpoints;

    @Param({"ROUND_ROBIN", "LEAST_REQUEST"})
    public Policy policy = Policy.ROUND_ROBIN;

    @Param({"1", "7"})
    public int weightMax;

    private final DefaultEventLoop eventLoop = new DefaultEventLoop();
    private final Loop loop = new Loop(0, eventLoop, () -> 0L);
    private final SplittableRandom random = new SplittableRandom(42);
    private Balancer balancer = (pickingLoop, value64, avoid) -> endpoint(0);

    /** Makes the balancer. */
    @Setup
    public void create() {
        List<Candidate> candidates = new ArrayList<>();
        for (int i = 0; i < endpoints; i++) {
            candidates.add(new Candidate(endpoint(i), 1 + i % weightMax));
        }
        balancer = Balancers.create(policy, candidates, random::nextLong);
    }

    /** One pick. */
    @Benchmark
    public Endpoint pick() {
        return balancer.pick(loop, random.nextLong(), null);
    }

    /** Ends the loop's thread. */
    @TearDown
    public void close() {
        var _ = eventLoop.shutdownGracefully();
    }

    private static Endpoint endpoint(int index) {
        var address = new InetSocketAddress("10.0." + index / 256 + "." + index % 256, 80);
        return new Endpoint("c", address, 1, Health.HEALTHY, Instant.EPOCH);
    }
}
