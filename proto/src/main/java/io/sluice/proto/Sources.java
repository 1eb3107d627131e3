package io.sluice.proto;

import io.sluice.proto.resource.ResourceKey;

import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.Map;

/**
 * Where resources and their fields stand in the texts they came from. Filled while decoding; owned
 * by one thread.
 */
public final class Sources {
    /**
     * Where a field stands, or its nearest parent that is written; null if the text does not say.
     */
    public interface Lookup {
        /** The place of a field, by its path within the spec. */
        @Nullable Source find(String field);
    }

    private final Map<ResourceKey, Lookup> byResource = new HashMap<>();

    /** Remembers the text of a resource; the last one of a key counts. */
    public void put(ResourceKey resource, Lookup lookup) {
        byResource.put(resource, lookup);
    }

    /** The problem with its place filled in, where that is known and not there already. */
    public Problem locate(Problem problem) {
        if (problem.source() != null || problem.resource() == null) {
            return problem;
        }
        Lookup lookup = byResource.get(problem.resource());
        return lookup == null ? problem : problem.at(lookup.find(problem.field()));
    }
}
