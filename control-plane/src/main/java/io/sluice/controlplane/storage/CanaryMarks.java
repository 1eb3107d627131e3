package io.sluice.controlplane.storage;

import io.sluice.proto.Problems;
import io.sluice.proto.resource.Resource;
import io.sluice.proto.resource.ResourceKey;
import io.sluice.proto.resource.SplitKey;
import io.sluice.proto.resource.Splits;
import io.sluice.proto.resource.Splits.Split;

import org.jspecify.annotations.Nullable;

import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** The canary marks as one write leaves them: who may change the weights of which split. */
final class CanaryMarks {
    private final SortedMap<String, CanaryMark> marks;

    CanaryMarks(SortedMap<String, CanaryMark> before) {
        this.marks = new TreeMap<>(before);
    }

    SortedMap<String, CanaryMark> all() {
        return Collections.unmodifiableSortedMap(marks);
    }

    @Nullable CanaryMark get(SplitKey split) {
        return marks.get(split.name());
    }

    void set(CanaryMark mark) {
        marks.put(mark.split(), mark);
    }

    /** False if there is no mark on the split. */
    boolean release(SplitKey split) {
        return marks.remove(split.name()) != null;
    }

    void releaseAll(ResourceKey key) {
        of(key).forEach(this::release);
    }

    /**
     * Refuses other weights on marked splits, or ends the marks where that is asked for.
     *
     * @return false if a problem was added
     */
    boolean guard(
            ResourceKey key, Resource old, Resource wanted, boolean overwrite, Problems problems) {
        boolean allowed = true;
        for (SplitKey split : of(key)) {
            Map<String, Integer> mine = weights(old, split);
            if (mine.equals(weights(wanted, split))) {
                continue;
            }
            CanaryMark mark = get(split);
            if (overwrite) {
                release(split);
            } else if (mark != null) {
                refuse(mark, split, mine, wanted, problems.in(key));
                allowed = false;
            }
        }
        return allowed;
    }

    private static void refuse(
            CanaryMark mark,
            SplitKey split,
            Map<String, Integer> mine,
            Resource wanted,
            Problems problems) {
        problems.at(Splits.find(wanted, split).map(Split::field).orElse(""))
                .reject(
                        "WEIGHTS_OWNED",
                        "the weights of "
                                + split
                                + " "
                                + new TreeMap<>(mine)
                                + " belong to the canary set by "
                                + mark.author()
                                + " in revision "
                                + mark.revision(),
                        "leave the weights out, release them with canary release "
                                + split
                                + ", or take them over with --overwrite-weights");
    }

    /** Ends the marks on splits whose weights differ between the two. */
    void endWhereChanged(ResourceKey key, @Nullable Resource old, @Nullable Resource wanted) {
        for (SplitKey split : of(key)) {
            if (!weights(old, split).equals(weights(wanted, split))) {
                release(split);
            }
        }
    }

    private List<SplitKey> of(ResourceKey key) {
        return marks.keySet().stream()
                .flatMap(name -> SplitKey.parse(name).stream())
                .filter(split -> split.resource().equals(key))
                .toList();
    }

    // Entries without weight take no new users, as if they were not there.
    private static Map<String, Integer> weights(@Nullable Resource resource, SplitKey split) {
        Map<String, Integer> weights = new HashMap<>();
        if (resource != null) {
            Splits.find(resource, split).stream()
                    .flatMap(found -> found.entries().stream())
                    .filter(entry -> entry.getWeight() > 0)
                    .forEach(entry -> weights.put(entry.getCluster(), entry.getWeight()));
        }
        return weights;
    }
}
