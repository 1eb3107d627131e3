package io.sluice.controlplane.snapshot;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;

import io.sluice.proto.discovery.v1.Delta;
import io.sluice.proto.discovery.v1.Offer;
import io.sluice.proto.discovery.v1.SnapshotChunk;
import io.sluice.proto.discovery.v1.UpToDate;
import io.sluice.proto.discovery.v1.Version;

import java.util.ArrayList;
import java.util.List;

/** Serialises offers. */
final class OfferWriter {
    private OfferWriter() {}

    /**
     * Bytes of entries that one chunk holds, unless a single entry is larger. Small, since every
     * stream may have one in the buffers of its connection.
     */
    static final int CHUNK_BYTES_MAX = 64 * 1024;

    static SnapshotOffer upToDate(SnapshotVersion version, OfferMode mode) {
        Offer offer = offer(version, mode).setUpToDate(UpToDate.getDefaultInstance()).build();
        return new SnapshotOffer(
                SnapshotOffer.Form.UP_TO_DATE, mode, version, List.of(offer.toByteArray()));
    }

    static SnapshotOffer delta(
            ByteString base, SnapshotDelta delta, SnapshotVersion version, OfferMode mode) {
        Delta.Builder message = Delta.newBuilder().setBase(base);
        delta.upserts().forEach(entry -> message.addUpsert(entry.message()));
        delta.removals().forEach(entry -> message.addRemove(entry.key()));
        Offer offer = offer(version, mode).setDelta(message).build();
        return new SnapshotOffer(
                SnapshotOffer.Form.DELTA, mode, version, List.of(offer.toByteArray()));
    }

    static SnapshotOffer snapshot(GroupSnapshot snapshot, OfferMode mode) {
        List<byte[]> parts = new ArrayList<>();
        SnapshotChunk.Builder chunk = SnapshotChunk.newBuilder();
        long chunkBytes = 0;
        for (SnapshotEntry entry : snapshot.entries()) {
            int bytes =
                    CodedOutputStream.computeMessageSize(
                            SnapshotChunk.ENTRIES_FIELD_NUMBER, entry.message());
            if (chunkBytes > 0 && chunkBytes + bytes > CHUNK_BYTES_MAX) {
                parts.add(chunk(snapshot.version(), mode, chunk));
                chunk = SnapshotChunk.newBuilder();
                chunkBytes = 0;
            }
            chunk.addEntries(entry.message());
            chunkBytes += bytes;
        }
        parts.add(chunk(snapshot.version(), mode, chunk.setLast(true)));
        return new SnapshotOffer(
                SnapshotOffer.Form.SNAPSHOT, mode, snapshot.version(), List.copyOf(parts));
    }

    private static byte[] chunk(
            SnapshotVersion version, OfferMode mode, SnapshotChunk.Builder chunk) {
        return offer(version, mode).setSnapshot(chunk).build().toByteArray();
    }

    /** Revision 0 is never offered: "up to date" then comes without a version. */
    private static Offer.Builder offer(SnapshotVersion version, OfferMode mode) {
        Offer.Builder offer = Offer.newBuilder().setMode(modeOf(mode));
        if (version.revision() != 0) {
            offer.setVersion(
                    Version.newBuilder()
                            .setEpoch(version.epoch())
                            .setRevision(version.revision())
                            .setDigest(version.digest()));
        }
        return offer;
    }

    private static io.sluice.proto.discovery.v1.OfferMode modeOf(OfferMode mode) {
        return switch (mode) {
            case VALIDATE_ONLY -> io.sluice.proto.discovery.v1.OfferMode.OFFER_MODE_VALIDATE_ONLY;
            case APPLY -> io.sluice.proto.discovery.v1.OfferMode.OFFER_MODE_APPLY;
        };
    }
}
