package io.sluice.dataplane.discovery;

import io.sluice.proto.discovery.v1.Delta;
import io.sluice.proto.discovery.v1.Entry;
import io.sluice.proto.discovery.v1.NackReason;
import io.sluice.proto.discovery.v1.Offer;
import io.sluice.proto.discovery.v1.Version;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One offer being received: a full snapshot comes in chunks. Bounded by the node's limits, whatever
 * the control plane sends.
 */
final class OfferBody {
    private final Offer first;
    private final DiscoveryOptions limits;
    private final List<Entry> chunks = new ArrayList<>();
    private long bytes;
    private boolean tooLarge;
    private boolean complete;

    OfferBody(Offer first, DiscoveryOptions limits) {
        this.first = first;
        this.limits = limits;
    }

    /** Takes a message of this offer; the first one too. */
    void add(Offer part) {
        if (!part.hasSnapshot()) {
            complete = true;
            count(part.getDelta().getUpsertList());
            return;
        }
        count(part.getSnapshot().getEntriesList());
        if (tooLarge) {
            chunks.clear();
        } else {
            chunks.addAll(part.getSnapshot().getEntriesList());
        }
        complete = part.getSnapshot().getLast();
    }

    boolean isComplete() {
        return complete;
    }

    Offer offer() {
        return first;
    }

    /** The state that this offer makes of the active one. */
    SnapshotState.Outcome resolve(Optional<SnapshotState> active) {
        Version version = first.getVersion();
        if (tooLarge) {
            return tooLarge("the snapshot is over the node's limits");
        }
        if (active.isPresent() && SnapshotState.version(version).isBefore(active.get().version())) {
            return new SnapshotState.Outcome.Refused(
                    Refusal.of(
                            NackReason.NACK_REASON_STALE,
                            "STALE",
                            "the node has " + active.get().version() + " already"));
        }
        SnapshotState.Outcome outcome =
                switch (first.getBodyCase()) {
                    case UP_TO_DATE -> upToDate(version, active);
                    case DELTA -> delta(version, first.getDelta(), active);
                    case SNAPSHOT -> SnapshotState.full(version, chunks);
                    case BODY_NOT_SET ->
                            new SnapshotState.Outcome.Refused(
                                    Refusal.of(
                                            NackReason.NACK_REASON_UNSUPPORTED,
                                            "UNKNOWN_OFFER",
                                            "the offer has no body known here"));
                };
        return outcome instanceof SnapshotState.Outcome.Verified(SnapshotState state)
                        && isTooLarge(state)
                ? tooLarge("the state after the delta is over the node's limits")
                : outcome;
    }

    private static SnapshotState.Outcome upToDate(Version version, Optional<SnapshotState> active) {
        if (active.isPresent()
                && active.get()
                        .version()
                        .digest()
                        .equals(SnapshotState.version(version).digest())) {
            return new SnapshotState.Outcome.Verified(
                    active.get().at(SnapshotState.version(version)));
        }
        return SnapshotState.full(version, List.of());
    }

    private static SnapshotState.Outcome delta(
            Version version, Delta delta, Optional<SnapshotState> active) {
        if (active.isPresent()
                && active.get()
                        .version()
                        .digest()
                        .equals(SnapshotState.version(version).digest())) {
            // Offered before the node could say that it has this already.
            return new SnapshotState.Outcome.Verified(
                    active.get().at(SnapshotState.version(version)));
        }
        return active.orElseGet(() -> SnapshotState.empty(Version.getDefaultInstance()))
                .apply(version, delta);
    }

    private void count(List<Entry> entries) {
        for (Entry entry : entries) {
            bytes += entry.getBody().size();
        }
        tooLarge |=
                bytes > limits.snapshotBytesMax()
                        || chunks.size() + entries.size() > limits.entriesMax();
    }

    private boolean isTooLarge(SnapshotState state) {
        return state.entries().size() > limits.entriesMax()
                || state.bodyBytes() > limits.snapshotBytesMax();
    }

    private static SnapshotState.Outcome tooLarge(String message) {
        return new SnapshotState.Outcome.Refused(
                Refusal.of(NackReason.NACK_REASON_TOO_LARGE, "TOO_LARGE", message));
    }
}
