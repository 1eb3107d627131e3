package io.sluice.controlplane.storage;

import io.sluice.proto.resource.Resource;
import io.sluice.proto.resource.ResourceKey;

import org.jspecify.annotations.Nullable;

import java.util.Map;

/**
 * One step of a {@link ChangeSet}. Steps run in order; a resource may be upserted or deleted once
 * per change set.
 *
 * <p>{@code ifMatch} is an etag without quotes that the stored resource must have, or {@code *}: it
 * must exist.
 */
public sealed interface Operation {

    /**
     * Creates or replaces. Split weights left out keep the stored ones (0 where new), a certificate
     * without key keeps the stored key.
     *
     * @param createOnly refuse if it exists
     */
    record Upsert(Resource resource, @Nullable String ifMatch, boolean createOnly)
            implements Operation {}

    /** Deletes; refused where another resource refers to it. */
    record Delete(ResourceKey key, @Nullable String ifMatch) implements Operation {}

    /**
     * Gives the named clusters that share of 100 of a split, the others share the rest as they did,
     * and takes ownership of the weights.
     *
     * @param split {@code ROUTE/RULE} or {@code listener:NAME[/RULE]}
     */
    record SetWeights(String split, Map<String, Integer> shares) implements Operation {
        public SetWeights {
            shares = Map.copyOf(shares);
        }
    }

    /** Ends the ownership of a split's weights; the weights stay. */
    record ReleaseWeights(String split) implements Operation {}
}
