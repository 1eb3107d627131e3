package io.sluice.controlplane.snapshot;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;

import io.sluice.proto.StateDigest;
import io.sluice.proto.discovery.v1.Entry;
import io.sluice.proto.discovery.v1.EntryKey;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/** One piece of a snapshot with its bytes. Immutable, shared by all snapshots that hold it. */
final class SnapshotEntry implements Comparable<SnapshotEntry> {
    private final EntryKind kind;
    private final String name;
    private final Entry message;
    private final byte[] digestLine;

    private SnapshotEntry(EntryKind kind, String name, Entry message) {
        this.kind = kind;
        this.name = name;
        this.message = message;
        this.digestLine = digestLine(message);
    }

    static SnapshotEntry of(EntryKind kind, String name, Message body) {
        byte[] bytes = StateDigest.deterministic(body);
        Entry message =
                Entry.newBuilder()
                        .setKind(kind.text())
                        .setName(name)
                        .setDigest(ByteString.copyFrom(StateDigest.sha256(bytes)))
                        .setBody(ByteString.copyFrom(bytes))
                        .build();
        return new SnapshotEntry(kind, name, message);
    }

    EntryKind kind() {
        return kind;
    }

    String name() {
        return name;
    }

    /** As it goes over the wire. */
    Entry message() {
        return message;
    }

    EntryKey key() {
        return EntryKey.newBuilder().setKind(kind.text()).setName(name).build();
    }

    boolean hasSameKey(SnapshotEntry other) {
        return kind == other.kind && name.equals(other.name);
    }

    boolean hasSameBody(SnapshotEntry other) {
        return message.getDigest().equals(other.message.getDigest());
    }

    /** Adds what this entry contributes to the digest of its state. */
    void update(MessageDigest digest) {
        digest.update(digestLine);
    }

    /** The order on the wire: kind, then name. Names are ASCII, so that characters are bytes. */
    @Override
    public int compareTo(SnapshotEntry other) {
        return kind != other.kind ? kind.compareTo(other.kind) : name.compareTo(other.name);
    }

    @Override
    public boolean equals(Object other) {
        return this == other
                || (other instanceof SnapshotEntry entry && message.equals(entry.message));
    }

    @Override
    public int hashCode() {
        return message.getDigest().hashCode();
    }

    @Override
    public String toString() {
        return kind.text() + " " + name;
    }

    /** As snapshot.proto defines the state's digest; kept, since it is asked for at each change. */
    private static byte[] digestLine(Entry message) {
        byte[] kind = message.getKind().getBytes(StandardCharsets.UTF_8);
        byte[] name = message.getName().getBytes(StandardCharsets.UTF_8);
        byte[] digest = message.getDigest().toByteArray();
        return ByteBuffer.allocate(2 * Integer.BYTES + kind.length + name.length + digest.length)
                .putInt(kind.length)
                .put(kind)
                .putInt(name.length)
                .put(name)
                .put(digest)
                .array();
    }
}
