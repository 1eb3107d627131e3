package io.sluice.controlplane.storage;

/** A wish for the content of an old revision; fields as in {@link ChangeSet}. */
public record Rollback(
        long toRevision,
        String message,
        String author,
        boolean authorVerified,
        boolean dryRun,
        boolean allowShrink) {}
