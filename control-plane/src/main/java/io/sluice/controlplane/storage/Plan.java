package io.sluice.controlplane.storage;

import io.sluice.proto.Problem;
import io.sluice.proto.resource.Resource;
import io.sluice.proto.resource.ResourceKey;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.SortedMap;

/** What a write would do to a state. */
sealed interface Plan {

    record Rejected(ChangeResult.Reason reason, List<Problem> problems) implements Plan {}

    /**
     * The change as a whole.
     *
     * @param steps what differs, sorted by key; no resource twice
     * @param canaries the marks afterwards
     */
    record Accepted(
            List<Step> steps, SortedMap<String, CanaryMark> canaries, List<Problem> warnings)
            implements Plan {}

    /** One resource, before and after, private keys included; not both null, and not equal. */
    record Step(ResourceKey key, @Nullable Resource before, @Nullable Resource after) {
        ChangeKind kind() {
            if (before == null) {
                return ChangeKind.CREATED;
            }
            return after == null ? ChangeKind.DELETED : ChangeKind.UPDATED;
        }

        Step reversed() {
            return new Step(key, after, before);
        }

        /** For eyes outside the store. */
        ResourceChange published() {
            Resource last = after != null ? after : before;
            return new ResourceChange(
                    key,
                    kind(),
                    before == null ? null : Redaction.of(before),
                    after == null ? null : Redaction.of(after),
                    last == null ? "" : last.etag());
        }
    }
}
