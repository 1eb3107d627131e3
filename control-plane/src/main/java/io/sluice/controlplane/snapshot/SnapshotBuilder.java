package io.sluice.controlplane.snapshot;

import io.sluice.proto.resource.Resource;

import org.jspecify.annotations.Nullable;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Makes the snapshots of a state. Pure: the state alone decides the bytes. */
public final class SnapshotBuilder {
    private SnapshotBuilder() {}

    /**
     * Compiles what changed and carries over the rest.
     *
     * @param previous an earlier result, for its entries; does not affect the content
     */
    public static Snapshots build(DesiredState state, @Nullable Snapshots previous) {
        Pass listeners =
                compile(state.listeners(), previous == null ? Map.of() : previous.listeners());
        Pass routes = compile(state.routes(), previous == null ? Map.of() : previous.routes());
        Pass clusters =
                compile(state.clusters(), previous == null ? Map.of() : previous.clusters());
        Pass certificates =
                compile(
                        state.certificates(),
                        previous == null ? Map.of() : previous.certificates());
        boolean quick =
                previous != null
                        && previous.epoch() == state.epoch()
                        && listeners.quick()
                        && routes.quick()
                        && clusters.quick()
                        && certificates.quick();
        return new Snapshots(
                state.epoch(),
                state.revision(),
                listeners.compiled(),
                routes.compiled(),
                clusters.compiled(),
                certificates.compiled(),
                quick,
                previous);
    }

    // By identity: the store keeps the object of a resource that did not change, and comparing the
    // content of all of them at each change is what this is to spare.
    @SuppressWarnings("ReferenceEquality")
    private static Pass compile(List<Resource> resources, Map<String, ResourceEntries> earlier) {
        Map<String, ResourceEntries> compiled = LinkedHashMap.newLinkedHashMap(resources.size());
        boolean quick = resources.size() == earlier.size();
        for (Resource resource : resources) {
            ResourceEntries before = earlier.get(resource.name());
            if (before != null && before.resource() == resource) {
                compiled.put(resource.name(), before);
                continue;
            }
            ResourceEntries now = EntryCompiler.compile(resource).reusing(before);
            quick = quick && before != null && now.differsOnlyQuickly(before);
            compiled.put(resource.name(), now);
        }
        return new Pass(compiled, quick);
    }

    private record Pass(Map<String, ResourceEntries> compiled, boolean quick) {}
}
