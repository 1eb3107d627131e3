package io.sluice.controlplane.snapshot;

import io.sluice.proto.resource.Resource;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Set;

/**
 * The entries that one resource stands for. Immutable.
 *
 * @param body the resource without what changes often
 * @param quick weights of its splits, or its endpoints; sorted
 * @param clusters names of the clusters that it sends traffic to
 */
record ResourceEntries(
        Resource resource, SnapshotEntry body, List<SnapshotEntry> quick, Set<String> clusters) {

    /** The same entries, but as the objects of an earlier compilation where nothing changed. */
    ResourceEntries reusing(@Nullable ResourceEntries earlier) {
        if (earlier == null) {
            return this;
        }
        List<SnapshotEntry> quickReused =
                quick.stream().map(entry -> reuse(entry, earlier.quick)).toList();
        return new ResourceEntries(
                resource, reuse(body, List.of(earlier.body)), quickReused, clusters);
    }

    /** Whether it differs from an earlier compilation in nothing but quick entries. */
    boolean differsOnlyQuickly(ResourceEntries earlier) {
        return body.hasSameBody(earlier.body)
                && quick.size() == earlier.quick.size()
                && haveSameKeys(quick, earlier.quick);
    }

    private static boolean haveSameKeys(List<SnapshotEntry> a, List<SnapshotEntry> b) {
        for (int i = 0; i < a.size(); i++) {
            if (!a.get(i).hasSameKey(b.get(i))) {
                return false;
            }
        }
        return true;
    }

    private static SnapshotEntry reuse(SnapshotEntry entry, List<SnapshotEntry> earlier) {
        for (SnapshotEntry candidate : earlier) {
            if (entry.hasSameKey(candidate) && entry.hasSameBody(candidate)) {
                return candidate;
            }
        }
        return entry;
    }
}
