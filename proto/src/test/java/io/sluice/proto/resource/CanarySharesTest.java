package io.sluice.proto.resource;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.proto.Problems;
import io.sluice.proto.resource.Splits.Split;
import io.sluice.proto.resource.v1.SplitEntry;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;

final class CanarySharesTest {
    /** Clusters are a, b, c ... in order. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    95 5          | b=10       | 90 10
                    95 5          | b=100      | 0 100
                    95 5          | b=0        | 100 0
                    0 0           | b=10       | 90 10
                    0 0 0         | c=10       | 45 45 10
                    0 0 0 0       | d=0        | 34 33 33 0
                    60 30 10      | c=50       | 33 17 50
                    1 1 1 1       | a=1        | 1 33 33 33
                    1 1 1 1       | a=0        | 0 34 33 33
                    1000000 1 0   | c=1        | 99 0 1
                    7 0 0         | a=50 b=25  | 50 25 25
                    1 2           | a=30 b=70  | 30 70
                    """)
    void sharesAHundred(String weights, String named, String result) {
        Problems problems = Problems.collect();
        Optional<List<Integer>> shares = CanaryShares.of(split(weights), named(named), problems);
        assertThat(problems.errors()).isEmpty();
        assertThat(shares)
                .contains(Arrays.stream(result.split(" ", -1)).map(Integer::valueOf).toList());
    }

    @ParameterizedTest
    @ValueSource(strings = {"b=101", "b=-1", "a=60 b=60", "a=50 b=49", "x=5", ""})
    void refusesSharesThatCannotBe(String named) {
        Problems problems = Problems.collect();
        assertThat(CanaryShares.of(split("95 5"), named(named), problems)).isEmpty();
        assertThat(problems.errors()).isNotEmpty();
    }

    @Test
    void alwaysAddsUpToAHundred() {
        Random random = new Random(3);
        for (int round = 0; round < 5_000; round++) {
            int clusters = 2 + random.nextInt(20);
            StringBuilder weights = new StringBuilder();
            for (int i = 0; i < clusters; i++) {
                weights.append(random.nextInt(1_000_001) >> random.nextInt(21)).append(' ');
            }
            Map<String, Integer> named = Map.of("a", random.nextInt(101));
            List<Integer> shares =
                    CanaryShares.of(split(weights.toString().strip()), named, Problems.collect())
                            .orElseThrow();
            assertThat(shares.stream().mapToInt(Integer::intValue).sum()).isEqualTo(100);
            assertThat(shares).allMatch(share -> share >= 0);
        }
    }

    private static Split split(String weights) {
        List<SplitEntry> entries = new ArrayList<>();
        for (String weight : weights.split(" ", -1)) {
            String cluster = String.valueOf((char) ('a' + entries.size()));
            entries.add(
                    SplitEntry.newBuilder()
                            .setCluster(cluster)
                            .setWeight(Integer.parseInt(weight))
                            .build());
        }
        return new Split(SplitKey.ofRule("shop", "x"), "rules[0].forward.split", entries);
    }

    private static Map<String, Integer> named(String text) {
        Map<String, Integer> named = new TreeMap<>();
        for (String pair : text.isEmpty() ? new String[0] : text.split(" ", -1)) {
            named.put(pair.substring(0, 1), Integer.valueOf(pair.substring(2)));
        }
        return named;
    }
}
