package io.sluice.dataplane.cluster.balancer;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.dataplane.cluster.endpoint.Endpoint;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

class RoundRobinTest extends LoadBalancerContract {
    @Override
    Policy policy() {
        return Policy.ROUND_ROBIN;
    }

    @Test
    void takesEqualOnesStrictlyInTurn() {
        Balancer balancer = balancer(1, 1, 1);
        List<Endpoint> round =
                List.of(pick(balancer, null), pick(balancer, null), pick(balancer, null));
        assertThat(round).doesNotHaveDuplicates();
        for (int i = 0; i < 30; i++) {
            assertThat(pick(balancer, null)).isSameAs(round.get(i % 3));
        }
    }

    @Test
    void givesEachExactlyItsWeightInEveryRound() {
        int[] weights = {7, 1, 1000, 13, 100};
        Balancer balancer = balancer(weights);
        for (int round = 0; round < 5; round++) {
            Map<String, Integer> counts = counts(balancer, 7 + 1 + 1000 + 13 + 100);
            for (int i = 0; i < weights.length; i++) {
                assertThat(counts.get("10.0.0." + i + ":80")).isEqualTo(weights[i]);
            }
        }
    }

    @Test
    void spreadsTheTurnsOfAHeavyOneEvenly() {
        Balancer balancer = balancer(5, 1, 1);
        List<String> picks = new ArrayList<>();
        for (int i = 0; i < 70; i++) {
            picks.add(pick(balancer, null).addressText());
        }
        // Never more of the heavy one in a row than two rounds' worth of light ones can be apart.
        int inARow = 0;
        for (String picked : picks) {
            inARow = picked.equals("10.0.0.0:80") ? inARow + 1 : 0;
            assertThat(inARow).isLessThanOrEqualTo(9);
        }
        // In any window of a round, the heavy one has its weight, give or take one.
        for (int from = 0; from + 7 <= picks.size(); from++) {
            long heavy =
                    picks.subList(from, from + 7).stream().filter("10.0.0.0:80"::equals).count();
            assertThat(heavy).isBetween(4L, 6L);
        }
    }
}
