package io.sluice.dataplane.discovery;

import com.google.protobuf.ByteString;

import io.sluice.proto.discovery.v1.Entry;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;

import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Seals the entries that hold private keys before they are written to disk: AES-256-GCM, a random
 * nonce each, kind and name authenticated with it. Config thread only.
 *
 * <p>The key lies in {@code seal.key} of the data directory, made when first needed, readable by
 * its owner only. So a copy of the snapshots alone (a backup, a support bundle) tells no private
 * key; whoever can read the whole directory as its owner can. Without the key the snapshots are
 * worth nothing, and the node waits for its control plane.
 */
final class SnapshotSeal {
    private static final String SEALED_KIND = "certificate";
    private static final int KEY_BYTES = 32;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;

    private final Path file;
    private final SecureRandom random = new SecureRandom();
    private @Nullable SecretKeySpec key;

    SnapshotSeal(Path dataDir) {
        this.file = dataDir.resolve("seal.key");
    }

    /** The entry as it may be written; those without secrets stay as they are. */
    Entry seal(Entry entry) throws IOException {
        if (!entry.getKind().equals(SEALED_KIND)) {
            return entry;
        }
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        byte[] sealed =
                crypt(Cipher.ENCRYPT_MODE, nonce, entry, entry.getBody().toByteArray(), makeKey());
        return entry.toBuilder()
                .setBody(ByteString.copyFrom(nonce).concat(ByteString.copyFrom(sealed)))
                .build();
    }

    /**
     * The entry as it was.
     *
     * @throws IOException if it was not sealed with this key, or was changed since
     */
    Entry unseal(Entry entry) throws IOException {
        if (!entry.getKind().equals(SEALED_KIND)) {
            return entry;
        }
        ByteString body = entry.getBody();
        if (body.size() < NONCE_BYTES) {
            throw new IOException("a sealed entry is too short");
        }
        byte[] nonce = body.substring(0, NONCE_BYTES).toByteArray();
        byte[] sealed = body.substring(NONCE_BYTES).toByteArray();
        byte[] open = crypt(Cipher.DECRYPT_MODE, nonce, entry, sealed, readKey());
        return entry.toBuilder().setBody(ByteString.copyFrom(open)).build();
    }

    private static byte[] crypt(
            int mode, byte[] nonce, Entry entry, byte[] bytes, SecretKeySpec key)
            throws IOException {
        try {
            Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
            cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
            cipher.updateAAD(
                    (entry.getKind() + "/" + entry.getName()).getBytes(StandardCharsets.UTF_8));
            return cipher.doFinal(bytes);
        } catch (GeneralSecurityException e) {
            throw new IOException("a sealed entry does not open with seal.key", e);
        }
    }

    private SecretKeySpec makeKey() throws IOException {
        try {
            return readKey();
        } catch (NoSuchFileException e) {
            byte[] bytes = new byte[KEY_BYTES];
            random.nextBytes(bytes);
            DurableFile.replace(file, bytes);
            return readKey();
        }
    }

    private SecretKeySpec readKey() throws IOException {
        SecretKeySpec known = key;
        if (known != null) {
            return known;
        }
        byte[] bytes = Files.readAllBytes(file);
        if (bytes.length != KEY_BYTES) {
            throw new IOException(file + " has " + bytes.length + " bytes, not " + KEY_BYTES);
        }
        known = new SecretKeySpec(bytes, "AES");
        key = known;
        return known;
    }
}
