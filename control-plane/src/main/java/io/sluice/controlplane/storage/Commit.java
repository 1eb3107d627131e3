package io.sluice.controlplane.storage;

import org.jspecify.annotations.Nullable;

import java.util.List;

/**
 * A committed write.
 *
 * @param revision the revision it made; null where only canary marks or drained nodes changed
 * @param changes empty without revision
 */
public record Commit(
        StoreState before,
        StoreState after,
        @Nullable RevisionSummary revision,
        List<ResourceChange> changes) {}
