package io.sluice.dataplane.cluster;

import java.util.List;
import java.util.Objects;

/**
 * A compiled split: clusters and their shares. Immutable; equal where clusters and weights are.
 *
 * <p>A pick takes 64 bits, random or a hash where users shall stay, through the cumulated weights.
 */
public final class WeightedClusters {
    /** One cluster's share, relative to the sum; 0 means no new users. */
    public record Share(Cluster cluster, int weight) {}

    private final List<Share> shares;
    private final long[] cumulated;
    private final long total;

    private WeightedClusters(List<Share> shares) {
        this.shares = List.copyOf(shares);
        this.cumulated = new long[shares.size()];
        long sum = 0;
        for (int i = 0; i < cumulated.length; i++) {
            sum += shares.get(i).weight();
            cumulated[i] = sum;
        }
        this.total = sum;
    }

    /** One cluster that takes all. */
    public static WeightedClusters only(Cluster cluster) {
        return new WeightedClusters(List.of(new Share(cluster, 1)));
    }

    /**
     * Clusters by weight.
     *
     * @throws IllegalArgumentException if no weight is above 0; the rules refuse that before
     */
    public static WeightedClusters of(List<Share> shares) {
        var clusters = new WeightedClusters(shares);
        if (clusters.total <= 0) {
            throw new IllegalArgumentException("a split needs a weight above 0");
        }
        return clusters;
    }

    /** The cluster at this value's place: value times total over 2^64, unsigned. */
    public Cluster pick(long value64) {
        if (cumulated.length == 1) {
            return shares.getFirst().cluster();
        }
        long place = Math.unsignedMultiplyHigh(value64, total);
        int i = 0;
        while (cumulated[i] <= place) {
            i++;
        }
        return shares.get(i).cluster();
    }

    /** All of them, in configured order. */
    public List<Share> shares() {
        return shares;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof WeightedClusters clusters && shares.equals(clusters.shares);
    }

    @Override
    public int hashCode() {
        return Objects.hashCode(shares);
    }
}
