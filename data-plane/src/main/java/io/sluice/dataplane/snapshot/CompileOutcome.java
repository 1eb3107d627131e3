package io.sluice.dataplane.snapshot;

import java.util.List;

/** What came of compiling a snapshot. */
public sealed interface CompileOutcome {
    /** It may be applied. */
    record Prepared(PreparedSnapshot snapshot) implements CompileOutcome {}

    /**
     * Nothing of it may be applied.
     *
     * @param unsupported whether it asks for something that this version of the node does not know
     * @param problems all of them
     */
    record Rejected(boolean unsupported, List<SnapshotProblem> problems)
            implements CompileOutcome {}
}
