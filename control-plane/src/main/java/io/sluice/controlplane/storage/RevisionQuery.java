package io.sluice.controlplane.storage;

import io.sluice.proto.resource.ResourceKey;

import org.jspecify.annotations.Nullable;

/**
 * Which revisions to list.
 *
 * @param before only revisions below this number; {@link #NEWEST} begins at the newest
 * @param count how many at most
 * @param touching only revisions that changed this resource; null for all
 */
public record RevisionQuery(long before, int count, @Nullable ResourceKey touching) {
    public static final long NEWEST = Long.MAX_VALUE;
    public static final int COUNT_MAX = 1000;
}
