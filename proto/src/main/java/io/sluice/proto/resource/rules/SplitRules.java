package io.sluice.proto.resource.rules;

import io.sluice.proto.Limits;
import io.sluice.proto.Problems;
import io.sluice.proto.resource.v1.SplitEntry;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Checks of a forward: one cluster, or a split. */
final class SplitRules {
    private SplitRules() {}

    static void check(String cluster, List<SplitEntry> split, Problems problems) {
        if (cluster.isEmpty() == split.isEmpty()) {
            problems.reject(
                    cluster.isEmpty() ? "REQUIRED" : "TOO_MANY",
                    cluster.isEmpty()
                            ? "needs one of cluster and split"
                            : "only one of cluster and split can be given",
                    cluster.isEmpty() ? "write cluster: NAME" : "");
            return;
        }
        if (!cluster.isEmpty()) {
            Checks.name(cluster, problems.at("cluster"));
            return;
        }
        Checks.count(split.size(), Limits.SPLIT_ENTRIES_MAX, "clusters", problems.at("split"));
        for (int i = 0; i < split.size(); i++) {
            SplitEntry entry = split.get(i);
            Problems at = problems.at("split", i);
            Checks.name(entry.getCluster(), at.at("cluster"));
            Checks.range(
                    entry.hasWeight(),
                    entry.getWeight(),
                    0,
                    Limits.SPLIT_WEIGHT_MAX,
                    at.at("weight"));
        }
        duplicates(split, problems);
        boolean known = split.stream().allMatch(SplitEntry::hasWeight);
        if (known && split.stream().allMatch(entry -> entry.getWeight() == 0)) {
            problems.at("split")
                    .reject("NO_WEIGHT", "all weights are 0", "give at least one cluster a weight");
        }
    }

    private static void duplicates(List<SplitEntry> split, Problems problems) {
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < split.size(); i++) {
            String cluster = split.get(i).getCluster();
            if (!cluster.isEmpty() && !seen.add(cluster)) {
                problems.at("split", i)
                        .at("cluster")
                        .reject(
                                "DUPLICATE",
                                "cluster " + Checks.quoted(cluster) + " is named twice");
            }
        }
    }
}
