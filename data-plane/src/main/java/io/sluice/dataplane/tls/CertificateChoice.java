package io.sluice.dataplane.tls;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Which certificates a client gets, by the name that it asks for: those of the exact name, else
 * those of the wildcard over it, else the default. Of each type of key the first of them.
 * Immutable.
 */
final class CertificateChoice {
    private final Map<String, List<TlsCertificate>> byName = new HashMap<>();
    private final List<TlsCertificate> byDefault;

    CertificateChoice(List<TlsCertificate> certificates) {
        Set<String> names = new LinkedHashSet<>();
        certificates.forEach(certificate -> names.addAll(certificate.names()));
        for (String name : names) {
            byName.put(
                    name,
                    firstOfEachType(
                            certificates, certificate -> certificate.names().contains(name)));
        }
        TlsCertificate first = certificates.getFirst();
        byDefault =
                firstOfEachType(
                        certificates, certificate -> certificate.names().equals(first.names()));
    }

    private static List<TlsCertificate> firstOfEachType(
            List<TlsCertificate> certificates, Predicate<TlsCertificate> wanted) {
        Map<String, TlsCertificate> byType = new HashMap<>();
        for (TlsCertificate certificate : certificates) {
            if (wanted.test(certificate)) {
                byType.putIfAbsent(certificate.keyType(), certificate);
            }
        }
        List<TlsCertificate> chosen = new ArrayList<>();
        // The cheaper handshake first: a client that can use both gets it.
        for (String type : List.of("EC", "RSA")) {
            TlsCertificate certificate = byType.get(type);
            if (certificate != null) {
                chosen.add(certificate);
            }
        }
        return List.copyOf(chosen);
    }

    /** The lists that a client may get, by name; wildcards as they stand in the certificate. */
    Map<String, List<TlsCertificate>> byName() {
        return byName;
    }

    /** For clients that ask for no name, or for one that no certificate has. */
    List<TlsCertificate> byDefault() {
        return byDefault;
    }
}
