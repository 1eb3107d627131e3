package io.sluice.proto.resource;

import io.sluice.proto.Limits;
import io.sluice.proto.Problems;
import io.sluice.proto.StateDigest;
import io.sluice.proto.resource.Pem.Block;
import io.sluice.proto.resource.v1.CertificateConfig;

import java.io.ByteArrayInputStream;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What may be shown of a certificate: of its first one, the leaf.
 *
 * @param fingerprint SHA-256 of the leaf, lower-case hex
 * @param subject as RFC 2253
 * @param issuer as RFC 2253
 * @param names its DNS names and IP addresses
 */
public record CertificateView(
        String fingerprint,
        String subject,
        String issuer,
        List<String> names,
        Instant notBefore,
        Instant notAfter) {
    private static final int DNS_NAME = 2;
    private static final int IP_ADDRESS = 7;

    /** Copies the names. */
    public CertificateView {
        names = List.copyOf(names);
    }

    /** The view of a certificate; empty if it cannot be read. */
    public static Optional<CertificateView> of(CertificateConfig config) {
        List<X509Certificate> chain = chain(config.getCertificate(), Problems.collect());
        return chain.isEmpty() ? Optional.empty() : Optional.of(of(chain.getFirst()));
    }

    /** As shown under {@code status}; ignored when read back in. */
    public Map<String, Object> status() {
        Map<String, Object> status = new LinkedHashMap<>();
        status.put("fingerprint", fingerprint);
        status.put("subject", subject);
        status.put("issuer", issuer);
        status.put("subjectAltNames", names);
        status.put("notBefore", notBefore.toString());
        status.put("notAfter", notAfter.toString());
        return status;
    }

    /**
     * The certificates of a PEM text, the leaf first; empty, and a problem, where it cannot be
     * read.
     */
    public static List<X509Certificate> chain(String pem, Problems problems) {
        return certificates(pem, Limits.CHAIN_CERTIFICATES_MAX, problems);
    }

    /** The certificates of a PEM text that are to be trusted, in any order; otherwise the same. */
    public static List<X509Certificate> roots(String pem, Problems problems) {
        return certificates(pem, Limits.CA_CERTIFICATES_MAX, problems);
    }

    private static List<X509Certificate> certificates(String pem, int max, Problems problems) {
        Optional<List<Block>> blocks = Pem.parse(pem);
        if (blocks.isEmpty()) {
            problems.reject("BAD_PEM", "is not whole PEM: a block has no end, or is not base64");
            return List.of();
        }
        List<X509Certificate> chain = new ArrayList<>();
        for (Block block : blocks.get()) {
            if (block.type().endsWith("PRIVATE KEY")) {
                problems.reject(
                        "KEY_IN_CERTIFICATE",
                        "holds a private key",
                        "move it to privateKey: what stands here is shown to everyone");
                return List.of();
            }
            if (block.type().equals("CERTIFICATE")) {
                Optional<X509Certificate> certificate = read(block.der());
                if (certificate.isEmpty()) {
                    problems.reject(
                            "BAD_CERTIFICATE",
                            "certificate " + (chain.size() + 1) + " in it cannot be read");
                    return List.of();
                }
                chain.add(certificate.get());
            }
        }
        if (chain.isEmpty()) {
            problems.reject(
                    "BAD_CERTIFICATE",
                    "holds no certificate",
                    "it begins with -----BEGIN CERTIFICATE-----");
        } else if (chain.size() > max) {
            problems.reject(
                    "TOO_MANY", "holds " + chain.size() + " certificates, more than " + max);
        }
        return chain;
    }

    private static CertificateView of(X509Certificate leaf) {
        try {
            return new CertificateView(
                    HexFormat.of().formatHex(StateDigest.sha256(leaf.getEncoded())),
                    leaf.getSubjectX500Principal().getName(),
                    leaf.getIssuerX500Principal().getName(),
                    names(leaf),
                    leaf.getNotBefore().toInstant(),
                    leaf.getNotAfter().toInstant());
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a certificate that was read has bytes", e);
        }
    }

    private static List<String> names(X509Certificate certificate) {
        List<String> names = new ArrayList<>();
        try {
            Collection<List<?>> found = certificate.getSubjectAlternativeNames();
            for (List<?> name : found == null ? List.<List<?>>of() : found) {
                boolean shown = name.get(0).equals(DNS_NAME) || name.get(0).equals(IP_ADDRESS);
                if (shown && name.get(1) instanceof String text) {
                    names.add(text);
                }
            }
        } catch (CertificateParsingException e) {
            // A leaf with broken names can still be shown by its subject; what it is good for is
            // checked in use.
            return List.of();
        }
        return names;
    }

    private static Optional<X509Certificate> read(byte[] der) {
        try {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            return Optional.of(
                    (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(der)));
        } catch (CertificateException e) {
            return Optional.empty();
        }
    }
}
