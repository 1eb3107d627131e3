package io.sluice.proto.resource;

import io.sluice.proto.DidYouMean;
import io.sluice.proto.Problems;
import io.sluice.proto.resource.Splits.Split;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The arithmetic of {@code canary set}: named clusters get their share of 100, the others share the
 * rest in the proportion they had, equally if all were 0, by largest remainder (ties go to the
 * earlier entry). Pure.
 */
public final class CanaryShares {
    private static final int WHOLE = 100;

    private CanaryShares() {}

    /**
     * The new weights of a split, in the order of its entries; they add up to 100.
     *
     * @param named cluster to share
     * @return empty if something was rejected
     */
    public static Optional<List<Integer>> of(
            Split split, Map<String, Integer> named, Problems problems) {
        Problems at = problems.in(split.key().resource()).at(split.field());
        if (!isPossible(split, named, at)) {
            return Optional.empty();
        }
        int rest = WHOLE - named.values().stream().mapToInt(Integer::intValue).sum();
        List<Integer> others = new ArrayList<>();
        for (String cluster : split.clusters()) {
            if (!named.containsKey(cluster)) {
                others.add(split.weights().get(split.clusters().indexOf(cluster)));
            }
        }
        List<Integer> shares = largestRemainder(others, rest);
        List<Integer> weights = new ArrayList<>();
        int next = 0;
        for (String cluster : split.clusters()) {
            Integer share = named.get(cluster);
            weights.add(share == null ? shares.get(next++) : share);
        }
        return Optional.of(weights);
    }

    private static boolean isPossible(Split split, Map<String, Integer> named, Problems problems) {
        boolean possible = true;
        long sum = 0;
        for (Map.Entry<String, Integer> share : named.entrySet()) {
            if (!split.clusters().contains(share.getKey())) {
                String hint = DidYouMean.hint(share.getKey(), split.clusters());
                problems.reject(
                        "UNKNOWN_CLUSTER",
                        "cluster \"" + share.getKey() + "\" is not in this split",
                        hint.isEmpty() ? "it has: " + String.join(", ", split.clusters()) : hint);
                possible = false;
            }
            if (share.getValue() < 0 || share.getValue() > WHOLE) {
                problems.reject(
                        "OUT_OF_RANGE",
                        share.getKey() + "=" + share.getValue() + " is not a share from 0 to 100");
                possible = false;
            }
            sum += share.getValue();
        }
        if (named.isEmpty()) {
            problems.reject("REQUIRED", "no cluster is named", "write CLUSTER=SHARE");
            return false;
        }
        boolean allNamed = named.keySet().containsAll(split.clusters());
        if (possible && (sum > WHOLE || (allNamed && sum != WHOLE))) {
            problems.reject(
                    "BAD_SHARES",
                    "the named shares add up to "
                            + sum
                            + ", not to 100"
                            + (allNamed ? "" : " or less"),
                    allNamed ? "leave out a cluster to give it the rest" : "");
            return false;
        }
        return possible;
    }

    /**
     * The whole in parts proportional to the weights: floors first, the rest to the largest
     * remainders.
     */
    private static List<Integer> largestRemainder(List<Integer> weights, int whole) {
        long sum = weights.stream().mapToLong(Integer::longValue).sum();
        List<Long> scaled =
                weights.stream().map(weight -> (sum == 0 ? 1L : (long) weight) * whole).toList();
        long divisor = sum == 0 ? weights.size() : sum;
        List<Integer> parts = new ArrayList<>();
        int given = 0;
        for (long share : scaled) {
            parts.add((int) (share / divisor));
            given += (int) (share / divisor);
        }
        List<Integer> byRemainder = new ArrayList<>();
        for (int i = 0; i < weights.size(); i++) {
            byRemainder.add(i);
        }
        byRemainder.sort((a, b) -> Long.compare(scaled.get(b) % divisor, scaled.get(a) % divisor));
        for (int i = 0; given < whole && !parts.isEmpty(); i++, given++) {
            int index = byRemainder.get(i);
            parts.set(index, parts.get(index) + 1);
        }
        return parts;
    }
}
