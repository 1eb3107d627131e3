package io.sluice.proto.resource;

import io.sluice.proto.Problems;
import io.sluice.proto.resource.Pem.Block;

import org.jspecify.annotations.Nullable;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Private keys from PEM: PKCS#8 as it is; PKCS#1 and SEC1 wrapped into it. Never puts key material
 * in a message.
 */
public final class PrivateKeys {
    private static final byte[] RSA_ALGORITHM = {
        0x30,
        0x0d,
        0x06,
        0x09,
        0x2a,
        (byte) 0x86,
        0x48,
        (byte) 0x86,
        (byte) 0xf7,
        0x0d,
        0x01,
        0x01,
        0x01,
        0x05,
        0x00
    };
    private static final byte[] EC_OID = {
        0x06, 0x07, 0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 0x02, 0x01
    };
    private static final byte[] VERSION_0 = {0x02, 0x01, 0x00};
    private static final int SEQUENCE = 0x30;
    private static final int OCTETS = 0x04;
    private static final int CURVE_TAG = 0xa0;

    private PrivateKeys() {}

    /** The key of a text; empty, and a problem, where there is none that can be used. */
    public static Optional<PrivateKey> parse(String pem, Problems problems) {
        Optional<List<Block>> blocks = Pem.parse(pem);
        if (blocks.isEmpty()) {
            problems.reject("BAD_PEM", "is not whole PEM: a block has no end, or is not base64");
            return Optional.empty();
        }
        List<Block> keys =
                blocks.get().stream()
                        .filter(block -> block.type().endsWith("PRIVATE KEY"))
                        .toList();
        if (keys.size() != 1) {
            problems.reject(
                    "BAD_KEY",
                    keys.isEmpty()
                            ? "holds no private key"
                            : "holds " + keys.size() + " private keys, not one",
                    keys.isEmpty() ? "it begins with -----BEGIN PRIVATE KEY-----" : "");
            return Optional.empty();
        }
        Block key = keys.getFirst();
        if (key.encrypted() || key.type().equals("ENCRYPTED PRIVATE KEY")) {
            problems.reject(
                    "ENCRYPTED_KEY",
                    "is encrypted",
                    "decrypt it first: openssl pkey -in FILE -out PLAIN-FILE");
            return Optional.empty();
        }
        Optional<PrivateKey> read = read(key, blocks.get());
        if (read.isEmpty()) {
            problems.reject(
                    "BAD_KEY",
                    "cannot be read as a " + key.type().toLowerCase(Locale.ROOT),
                    "RSA and ECDSA keys are known, in PKCS#8, PKCS#1 or SEC1");
        }
        return read;
    }

    /** Whether the private key belongs to the public one: what it signs can be verified. */
    public static boolean fits(PrivateKey key, PublicKey publicKey) {
        if (!key.getAlgorithm().equals(publicKey.getAlgorithm())) {
            return false;
        }
        String algorithm = key.getAlgorithm().equals("EC") ? "SHA256withECDSA" : "SHA256withRSA";
        try {
            byte[] text = "sluice".getBytes(StandardCharsets.US_ASCII);
            Signature signature = Signature.getInstance(algorithm);
            signature.initSign(key, new SecureRandom());
            signature.update(text);
            byte[] signed = signature.sign();
            signature.initVerify(publicKey);
            signature.update(text);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            // Keys of different curves, or too short to sign with: they are no pair.
            return false;
        }
    }

    private static Optional<PrivateKey> read(Block key, List<Block> blocks) {
        byte[] pkcs8 =
                switch (key.type()) {
                    case "PRIVATE KEY" -> key.der();
                    case "RSA PRIVATE KEY" -> fromPkcs1(key.der());
                    case "EC PRIVATE KEY" -> fromSec1(key.der(), blocks);
                    default -> null;
                };
        if (pkcs8 == null) {
            return Optional.empty();
        }
        PKCS8EncodedKeySpec spec = new PKCS8EncodedKeySpec(pkcs8);
        return generate("RSA", spec).or(() -> generate("EC", spec));
    }

    private static Optional<PrivateKey> generate(String algorithm, PKCS8EncodedKeySpec spec) {
        try {
            return Optional.of(KeyFactory.getInstance(algorithm).generatePrivate(spec));
        } catch (GeneralSecurityException e) {
            return Optional.empty();
        }
    }

    private static byte[] fromPkcs1(byte[] der) {
        return tagged(SEQUENCE, VERSION_0, RSA_ALGORITHM, tagged(OCTETS, der));
    }

    /** SEC1 names the curve inside, or in a block EC PARAMETERS before it. */
    private static byte @Nullable [] fromSec1(byte[] der, List<Block> blocks) {
        byte[] curve = curveInside(der);
        if (curve == null) {
            curve =
                    blocks.stream()
                            .filter(block -> block.type().equals("EC PARAMETERS"))
                            .map(Block::der)
                            .findFirst()
                            .orElse(null);
        }
        return curve == null
                ? null
                : tagged(SEQUENCE, VERSION_0, tagged(SEQUENCE, EC_OID, curve), tagged(OCTETS, der));
    }

    /** ECPrivateKey (RFC 5915): version, octets, then [0] with the curve's OID. */
    private static byte @Nullable [] curveInside(byte[] der) {
        int at = contentStart(der, 0);
        while (at >= 0 && at < der.length) {
            int content = contentStart(der, at);
            int length = contentLength(der, at);
            if (content < 0 || length < 0 || length > der.length - content) {
                return null;
            }
            if ((der[at] & 0xff) == CURVE_TAG) {
                return Arrays.copyOfRange(der, content, content + length);
            }
            at = content + length;
        }
        return null;
    }

    private static int contentStart(byte[] der, int at) {
        if (at + 1 >= der.length) {
            return -1;
        }
        int first = der[at + 1] & 0xff;
        return at + 2 + (first < 0x80 ? 0 : first & 0x7f);
    }

    private static int contentLength(byte[] der, int at) {
        int first = der[at + 1] & 0xff;
        if (first < 0x80) {
            return first;
        }
        int bytes = first & 0x7f;
        if (bytes > 2 || at + 1 + bytes >= der.length) {
            return -1;
        }
        int length = 0;
        for (int i = 0; i < bytes; i++) {
            length = length << 8 | (der[at + 2 + i] & 0xff);
        }
        return length;
    }

    private static byte[] tagged(int tag, byte[]... parts) {
        int length = 0;
        for (byte[] part : parts) {
            length += part.length;
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream(length + 6);
        out.write(tag);
        if (length < 0x80) {
            out.write(length);
        } else if (length < 0x100) {
            out.write(0x81);
            out.write(length);
        } else if (length < 0x10000) {
            out.write(0x82);
            out.write(length >> 8);
            out.write(length);
        } else {
            out.write(0x83);
            out.write(length >> 16);
            out.write(length >> 8);
            out.write(length);
        }
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }
}
