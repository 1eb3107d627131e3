package io.sluice.proto.resource;

import io.sluice.proto.Problems;
import io.sluice.proto.resource.Splits.Split;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The arithmetic of {@code canary set}: named clusters get their share of 100, the others share the
 * rest in the proportion they had, equally if all were 0, by largest remainder. Pure.
 */
public final class CanaryShares {
    private CanaryShares() {}

    /**
     * The new weights of a split, in the order of its entries; they add up to 100.
     *
     * @param named cluster to share
     * @return empty if something was rejected
     */
    public static Optional<List<Integer>> of(
            Split split, Map<String, Integer> named, Problems problems) {
        throw new UnsupportedOperationException("next commit");
    }
}
