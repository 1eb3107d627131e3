package io.sluice.controlplane.storage;

import io.sluice.proto.Problem;

import java.util.List;

/** The outcome of a write. */
public sealed interface ChangeResult {

    /** Stored as a new revision. */
    record Applied(long revision, List<ResourceChange> changes, List<Problem> warnings)
            implements ChangeResult {}

    /** A dry run found nothing wrong; these would be the changes, none if nothing differs. */
    record DryRun(long revision, List<ResourceChange> changes, List<Problem> warnings)
            implements ChangeResult {}

    /** The resources are so already: no new revision. Canary marks may have changed. */
    record Unchanged(long revision, List<Problem> warnings) implements ChangeResult {}

    /**
     * Nothing was stored. The problems are all that were found; the reason is the gravest among
     * them.
     */
    record Rejected(Reason reason, List<Problem> problems) implements ChangeResult {}

    /** Why a write was rejected, gravest first. */
    enum Reason {
        /** The change set itself makes no sense: a resource twice, too large. */
        MALFORMED,
        /** Something named does not exist. */
        NOT_FOUND,
        /** The revision is no longer kept. */
        GONE,
        /** {@code ifMatch} or {@code createOnly} does not hold. */
        STALE_ETAG,
        /** A resource, or a reference between resources, is wrong. */
        INVALID,
        /** A resource to delete is referred to. */
        IN_USE,
        /** Weights that {@code canary set} owns would change. */
        WEIGHTS_OWNED,
        /** A large part of the configuration would go. */
        SHRINK
    }
}
