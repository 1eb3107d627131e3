package io.sluice.controlplane.storage;

import java.sql.SQLException;

/**
 * Which revisions the history keeps: the newest ones.
 *
 * @param revisionsMax how many
 */
record Retention(int revisionsMax) {

    /** Whether a revision is there, is gone, or never was. */
    Lookup<Long> lookUp(Transaction transaction, StoreState state, long revision)
            throws SQLException {
        if (revision < 1 || revision > state.revision()) {
            return new Lookup.NotFound<>(revision);
        }
        // Rows may be gone earlier (a restored backup) or later (pruning is bounded) than the limit
        // says.
        long oldest =
                Math.max(oldest(state.revision()), History.oldest(transaction, state.revision()));
        return revision < oldest
                ? new Lookup.Gone<>(revision, oldest)
                : new Lookup.Found<>(revision);
    }

    /** The oldest revision to keep when {@code newest} is the newest. */
    long oldest(long newest) {
        return Math.max(1, newest - revisionsMax + 1);
    }
}
