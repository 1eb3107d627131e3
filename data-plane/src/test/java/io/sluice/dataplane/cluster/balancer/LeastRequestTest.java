package io.sluice.dataplane.cluster.balancer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sluice.dataplane.cluster.endpoint.Endpoint;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;

class LeastRequestTest extends LoadBalancerContract {
    @Override
    Policy policy() {
        return Policy.LEAST_REQUEST;
    }

    @Test
    void goesAroundTheBusyOne() {
        Endpoint busy = endpoint(0);
        Endpoint idle = endpoint(1);
        Balancer balancer =
                Balancers.create(
                        policy(),
                        List.of(new Candidate(busy, 1), new Candidate(idle, 1)),
                        random::nextLong);
        busy.began(loop);
        for (int i = 0; i < 100; i++) {
            assertThat(pick(balancer, null)).isSameAs(idle);
        }
        busy.ended(loop);
        assertThat(counts(balancer, 1_000)).hasSize(2);
    }

    @Test
    void evensOutTheLoadForTheWeights() {
        Endpoint[] endpoints = {endpoint(0), endpoint(1), endpoint(2)};
        Balancer balancer =
                Balancers.create(
                        policy(),
                        List.of(
                                new Candidate(endpoints[0], 1),
                                new Candidate(endpoints[1], 2),
                                new Candidate(endpoints[2], 3)),
                        random::nextLong);
        // Nothing ever ends: what is under way must come out as the weights are.
        for (int i = 0; i < 600; i++) {
            pick(balancer, null).began(loop);
        }
        assertThat(endpoints[0].active(loop)).isCloseTo(100, within(10));
        assertThat(endpoints[1].active(loop)).isCloseTo(200, within(15));
        assertThat(endpoints[2].active(loop)).isCloseTo(300, within(15));
    }

    @Test
    void splitsEvenlyWhatIsEqual() {
        Map<String, Integer> counts = counts(balancer(1, 1, 1, 1), 8_000);
        assertThat(counts.values())
                .allSatisfy(count -> assertThat(count).isCloseTo(2_000, within(200)));
    }
}
