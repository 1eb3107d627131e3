package io.sluice.dataplane.tls;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.CertificateBuilder.Algorithm;
import io.netty.pkitesting.X509Bundle;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;

import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;

/** An authority, the certificates it issues, and clients that trust it. */
public final class TestPki {
    private static final String SUBJECT_ALT_NAME = "2.5.29.17";

    private final X509Bundle root;

    /** A new authority. */
    public TestPki() throws Exception {
        root =
                new CertificateBuilder()
                        .subject("CN=Test Root")
                        .algorithm(Algorithm.ecp256)
                        .setIsCertificateAuthority(true)
                        .buildSelfSigned();
    }

    /** A certificate for these names, whose subject is the resource's name. */
    public TlsCertificate certificate(String name, Algorithm algorithm, String... names)
            throws Exception {
        X509Bundle bundle = issue(name, algorithm, names);
        return new TlsCertificate(
                name,
                bundle.getCertificate().getSerialNumber().toString(16),
                bundle.getCertificatePathList(),
                bundle.getKeyPair().getPrivate(),
                Set.of(names));
    }

    /** The same as PEM and key. */
    public X509Bundle issue(String name, Algorithm algorithm, String... names) throws Exception {
        return new CertificateBuilder()
                .subject("CN=" + name)
                .algorithm(algorithm)
                .addExtensionOctetString(SUBJECT_ALT_NAME, false, dnsNames(names))
                .buildIssuedBy(root);
    }

    // The builder's own method does not know wildcards.
    private static byte[] dnsNames(String... names) {
        ByteBuffer list = ByteBuffer.allocate(1024);
        for (String name : names) {
            list.put((byte) 0x82).put((byte) name.length());
            list.put(name.getBytes(StandardCharsets.US_ASCII));
        }
        ByteBuffer sequence = ByteBuffer.allocate(1024).put((byte) 0x30).put((byte) 0x82);
        sequence.putShort((short) list.position()).put(list.flip());
        return Arrays.copyOf(sequence.array(), sequence.position());
    }

    /** The authority itself. */
    public X509Bundle root() {
        return root;
    }

    /** What clients have that trust this authority; sessions are kept in it. */
    public SSLContext client(String protocol) throws Exception {
        SSLContext context = SSLContext.getInstance(protocol);
        context.init(null, new TrustManager[] {root.toTrustManager()}, null);
        return context;
    }
}
