package io.sluice.controlplane.api;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.util.Base64;

/**
 * A self-signed certificate and its key, as PEM. Written by hand: the JDK has no public way to make
 * one.
 */
record TestCertificate(String certificate, String privateKey) {
    private static final byte[] ECDSA_SHA256 = {
        0x30, 0x0a, 0x06, 0x08, 0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 0x04, 0x03, 0x02
    };

    static TestCertificate create() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(256);
            KeyPair pair = generator.generateKeyPair();
            byte[] name =
                    der(
                            0x30,
                            der(
                                    0x31,
                                    der(
                                            0x30,
                                            new byte[] {0x06, 0x03, 0x55, 0x04, 0x03},
                                            der(0x0c, ascii("test.example")))));
            byte[] validity =
                    der(0x30, der(0x17, ascii("250101000000Z")), der(0x17, ascii("450101000000Z")));
            byte[] body =
                    der(
                            0x30,
                            der(0xa0, der(0x02, new byte[] {2})),
                            der(0x02, BigInteger.valueOf(7).toByteArray()),
                            ECDSA_SHA256,
                            name,
                            validity,
                            name,
                            pair.getPublic().getEncoded());
            Signature signer = Signature.getInstance("SHA256withECDSA");
            signer.initSign(pair.getPrivate());
            signer.update(body);
            byte[] certificate =
                    der(0x30, body, ECDSA_SHA256, der(0x03, new byte[] {0}, signer.sign()));
            return new TestCertificate(
                    pem("CERTIFICATE", certificate),
                    pem("PRIVATE KEY", pair.getPrivate().getEncoded()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] der(int tag, byte[]... parts) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            content.writeBytes(part);
        }
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        whole.write(tag);
        int length = content.size();
        if (length >= 0x100) {
            whole.write(0x82);
            whole.write(length >> 8);
        } else if (length >= 0x80) {
            whole.write(0x81);
        }
        whole.write(length);
        whole.writeBytes(content.toByteArray());
        return whole.toByteArray();
    }

    private static String pem(String type, byte[] der) {
        String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return "-----BEGIN " + type + "-----\n" + text + "\n-----END " + type + "-----\n";
    }
}
