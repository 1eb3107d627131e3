package io.sluice.controlplane.snapshot;

import com.google.protobuf.ByteString;

import org.jspecify.annotations.Nullable;

import java.lang.ref.WeakReference;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The offers of the day, serialised once each, and recent snapshots as bases of deltas. Belongs to
 * the rollout loop.
 *
 * <p>Bounded by the entries that the kept snapshots refer to; a node whose state was forgotten gets
 * a full snapshot. Large offers are held weakly: the streams that still send one keep it.
 */
public final class SnapshotCache {
    /** Entries referred to by all kept snapshots together, about 16 MiB of references. */
    static final long ENTRIES_KEPT_MAX = 4_000_000;

    /** Kept snapshots. */
    static final int SNAPSHOTS_KEPT_MAX = 1_000;

    /** Serialised small deltas and "up to date" offers. */
    static final int SMALL_OFFERS_KEPT_MAX = 512;

    /** Bytes up to which an offer is small. */
    static final int SMALL_OFFER_BYTES_MAX = 64 * 1024;

    private final LinkedHashMap<ByteString, GroupSnapshot> recent =
            new LinkedHashMap<>(16, 0.75f, true);
    private final LinkedHashMap<OfferKey, SnapshotOffer> small = new LinkedHashMap<>();
    private final Map<OfferKey, WeakReference<SnapshotOffer>> large = new HashMap<>();
    private long entriesKept;

    /** Remembers a snapshot as a base for later deltas. */
    public void remember(GroupSnapshot snapshot) {
        GroupSnapshot before = recent.put(snapshot.digest(), snapshot);
        entriesKept += snapshot.size() - (before == null ? 0 : before.size());
        Iterator<GroupSnapshot> eldest = recent.values().iterator();
        while (recent.size() > 1
                && (entriesKept > ENTRIES_KEPT_MAX || recent.size() > SNAPSHOTS_KEPT_MAX)) {
            entriesKept -= eldest.next().size();
            eldest.remove();
        }
    }

    /** What to send to a node that has the state of a digest. */
    public SnapshotOffer offer(ByteString base, GroupSnapshot target, OfferMode mode) {
        OfferKey key = new OfferKey(base, target.version(), mode);
        SnapshotOffer known = known(key);
        return known != null ? known : keep(key, make(base, target, mode));
    }

    /** The target whole, whatever the node has. */
    public SnapshotOffer fullOffer(GroupSnapshot target, OfferMode mode) {
        OfferKey key = new OfferKey(ByteString.EMPTY, target.version(), mode);
        SnapshotOffer known = known(key);
        return known != null ? known : keep(key, OfferWriter.snapshot(target, mode));
    }

    private @Nullable SnapshotOffer known(OfferKey key) {
        SnapshotOffer known = small.get(key);
        if (known != null) {
            return known;
        }
        WeakReference<SnapshotOffer> reference = large.get(key);
        return reference == null ? null : reference.get();
    }

    private SnapshotOffer keep(OfferKey key, SnapshotOffer offer) {
        if (offer.bytes() > SMALL_OFFER_BYTES_MAX) {
            large.values().removeIf(reference -> reference.get() == null);
            large.put(key, new WeakReference<>(offer));
            return offer;
        }
        small.put(key, offer);
        if (small.size() > SMALL_OFFERS_KEPT_MAX) {
            small.pollFirstEntry();
        }
        return offer;
    }

    private SnapshotOffer make(ByteString base, GroupSnapshot target, OfferMode mode) {
        if (base.equals(target.digest())) {
            return OfferWriter.upToDate(target.version(), mode);
        }
        SnapshotDelta delta = delta(base, target);
        // From nothing, or by more than half: whole, which needs no base.
        if (delta == null || delta.bytes() > halfOf(target)) {
            return fullOffer(target, mode);
        }
        return OfferWriter.delta(base, delta, target.version(), mode);
    }

    private @Nullable SnapshotDelta delta(ByteString base, GroupSnapshot target) {
        GroupSnapshot known = recent.get(base);
        return known == null ? null : SnapshotDelta.between(known, target);
    }

    private static long halfOf(GroupSnapshot target) {
        long bytes = 0;
        for (SnapshotEntry entry : target.entries()) {
            bytes += entry.message().getSerializedSize();
        }
        return bytes / 2;
    }

    private record OfferKey(ByteString base, SnapshotVersion target, OfferMode mode) {}
}
