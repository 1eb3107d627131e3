package io.sluice.controlplane.api;

import io.sluice.proto.StateDigest;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What people want to know of a certificate without reading PEM. */
final class CertificateStatus {
    private CertificateStatus() {}

    /** Of the first certificate of a chain; nothing where it cannot be read. */
    static Map<String, ?> of(String pem) {
        try {
            X509Certificate certificate =
                    (X509Certificate)
                            CertificateFactory.getInstance("X.509")
                                    .generateCertificate(
                                            new ByteArrayInputStream(
                                                    pem.getBytes(StandardCharsets.UTF_8)));
            Map<String, Object> status = new LinkedHashMap<>();
            status.put(
                    "fingerprint",
                    "sha256:"
                            + HexFormat.of()
                                    .formatHex(StateDigest.sha256(certificate.getEncoded())));
            status.put("subject", certificate.getSubjectX500Principal().getName());
            status.put("issuer", certificate.getIssuerX500Principal().getName());
            status.put("subjectAltNames", alternativeNames(certificate));
            status.put("notBefore", certificate.getNotBefore().toInstant().toString());
            status.put("notAfter", certificate.getNotAfter().toInstant().toString());
            return status;
        } catch (CertificateException e) {
            return Map.of(); // the rules let only readable ones in; an old store may differ
        }
    }

    private static List<String> alternativeNames(X509Certificate certificate)
            throws CertificateException {
        Collection<List<?>> names = certificate.getSubjectAlternativeNames();
        return names == null
                ? List.of()
                : names.stream()
                        .map(name -> name.get(1))
                        .filter(String.class::isInstance)
                        .map(String.class::cast)
                        .toList();
    }
}
