package io.sluice.proto;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Message;

import io.sluice.proto.discovery.v1.Entry;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;

/**
 * The digests of entries and of a state of entries, as {@code Version.digest} in snapshot.proto
 * defines them. Any thread.
 */
public final class StateDigest {
    private StateDigest() {}

    /** The order of entries: kind, then name, as bytes of UTF-8. */
    public static final Comparator<Entry> ORDER =
            Comparator.<Entry, byte[]>comparing(
                            entry -> utf8(entry.getKind()), Arrays::compareUnsigned)
                    .thenComparing(entry -> utf8(entry.getName()), Arrays::compareUnsigned);

    /**
     * The digest of a state, from its entries in any order. Uses {@link Entry#getDigest()}, which
     * must be right.
     */
    public static byte[] of(Collection<Entry> entries) {
        Entry[] sorted = entries.toArray(Entry[]::new);
        Arrays.sort(sorted, ORDER);
        MessageDigest digest = sha256();
        for (Entry entry : sorted) {
            update(digest, utf8(entry.getKind()));
            update(digest, utf8(entry.getName()));
            digest.update(entry.getDigest().asReadOnlyByteBuffer());
        }
        return digest.digest();
    }

    /** The digest of one entry: SHA-256 of its body as received. */
    public static byte[] ofBody(Entry entry) {
        MessageDigest digest = sha256();
        digest.update(entry.getBody().asReadOnlyByteBuffer());
        return digest.digest();
    }

    /** SHA-256 of some bytes. */
    public static byte[] sha256(byte[] bytes) {
        return sha256().digest(bytes);
    }

    /** The bytes of a message, map entries sorted by key: equal messages give equal bytes. */
    public static byte[] deterministic(Message message) {
        byte[] bytes = new byte[message.getSerializedSize()];
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        out.useDeterministicSerialization();
        try {
            message.writeTo(out);
            out.checkNoSpaceLeft();
        } catch (IOException e) {
            throw new UncheckedIOException("an array of the serialized size is too small", e);
        }
        return bytes;
    }

    private static void update(MessageDigest digest, byte[] bytes) {
        digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).flip());
        digest.update(bytes);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
