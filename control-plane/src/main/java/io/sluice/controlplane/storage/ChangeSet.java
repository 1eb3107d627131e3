package io.sluice.controlplane.storage;

import java.util.List;

/**
 * What one write wants, all or nothing.
 *
 * @param message why, at most {@link #MESSAGE_CHARS_MAX}; may be empty
 * @param author who, at most {@link #AUTHOR_CHARS_MAX}
 * @param authorVerified false where the author is only what the client claims
 * @param dryRun validate and answer with what would change, store nothing
 * @param allowShrink skip the guard against dropping a large part of the configuration by mistake
 * @param overwriteWeights let weights that {@code canary set} owns be changed by upserts, and end
 *     its ownership
 */
public record ChangeSet(
        List<Operation> operations,
        String message,
        String author,
        boolean authorVerified,
        boolean dryRun,
        boolean allowShrink,
        boolean overwriteWeights) {
    public static final int MESSAGE_CHARS_MAX = 4096;
    public static final int AUTHOR_CHARS_MAX = 256;
    public static final int OPERATIONS_MAX = 100_000;

    public ChangeSet {
        operations = List.copyOf(operations);
    }
}
