package io.sluice.dataplane.cluster.balancer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.netty.channel.DefaultEventLoop;
import io.sluice.dataplane.cluster.endpoint.Endpoint;
import io.sluice.dataplane.cluster.endpoint.Health;
import io.sluice.dataplane.net.Loop;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** What every policy promises. */
abstract class LoadBalancerContract {
    final DefaultEventLoop eventLoop = new DefaultEventLoop();
    final Loop loop = new Loop(0, eventLoop, () -> 0L);
    final SplittableRandom random = new SplittableRandom(42);

    abstract Policy policy();

    @AfterEach
    void close() {
        var _ = eventLoop.shutdownGracefully();
    }

    @Test
    void picksTheOnlyOneAlsoWhenItIsToBeAvoided() {
        Balancer balancer = balancer(1);
        Endpoint only = pick(balancer, null);
        assertThat(pick(balancer, only)).isSameAs(only);
    }

    @Test
    void avoidsTheOneThatFailedWheneverThereIsAnother() {
        Balancer balancer = balancer(1000, 1, 1);
        Endpoint heavy = pick(balancer, null);
        for (int i = 0; i < 3000; i++) {
            Endpoint picked = pick(balancer, heavy);
            assertThat(picked).isNotSameAs(heavy);
        }
    }

    @Test
    void followsTheWeightsWhileNobodyIsBusy() {
        Balancer balancer = balancer(5, 3, 2);
        Map<String, Integer> counts = counts(balancer, 10_000);
        assertThat(counts.get("10.0.0.0:80")).isCloseTo(5_000, within(250));
        assertThat(counts.get("10.0.0.1:80")).isCloseTo(3_000, within(250));
        assertThat(counts.get("10.0.0.2:80")).isCloseTo(2_000, within(250));
    }

    @Test
    void usesEveryoneOfMany() {
        int[] weights = new int[200];
        Arrays.fill(weights, 1);
        assertThat(counts(balancer(weights), 20_000)).hasSize(200);
    }

    Balancer balancer(int... weights) {
        List<Candidate> candidates = new ArrayList<>();
        for (int i = 0; i < weights.length; i++) {
            candidates.add(new Candidate(endpoint(i), weights[i]));
        }
        return Balancers.create(policy(), candidates, random::nextLong);
    }

    static Endpoint endpoint(int index) {
        var address = new InetSocketAddress("10.0." + index / 256 + "." + index % 256, 80);
        return new Endpoint("c", address, 1, Health.HEALTHY, Instant.EPOCH);
    }

    Endpoint pick(Balancer balancer, @Nullable Endpoint avoid) {
        return balancer.pick(loop, random.nextLong(), avoid);
    }

    Map<String, Integer> counts(Balancer balancer, int picks) {
        Map<String, Integer> counts = new LinkedHashMap<>();
        for (int i = 0; i < picks; i++) {
            counts.merge(pick(balancer, null).addressText(), 1, Integer::sum);
        }
        return counts;
    }
}
