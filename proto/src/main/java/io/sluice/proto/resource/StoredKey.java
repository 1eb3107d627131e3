package io.sluice.proto.resource;

import io.sluice.proto.Problems;
import io.sluice.proto.resource.v1.CertificateConfig;

import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;

/** The rule of write-only keys: an apply without one keeps the stored key if it fits. */
final class StoredKey {
    private StoredKey() {}

    static Resource keep(Resource incoming, Optional<Resource> stored) {
        boolean keeps =
                incoming.kind() == Kind.CERTIFICATE
                        && incoming.certificate().getPrivateKey().isEmpty()
                        && stored.isPresent();
        if (!keeps) {
            return incoming;
        }
        String key = stored.get().certificate().getPrivateKey();
        if (!fits(key, incoming.certificate().getCertificate())) {
            return incoming;
        }
        CertificateConfig.Builder spec = incoming.certificate().toBuilder().setPrivateKey(key);
        return new Resource(
                incoming.key(),
                incoming.labels(),
                incoming.config().toBuilder().setCertificate(spec).build());
    }

    private static boolean fits(String key, String certificate) {
        Problems unread = Problems.collect();
        List<X509Certificate> chain = CertificateView.chain(certificate, unread);
        return !chain.isEmpty()
                && PrivateKeys.parse(key, unread)
                        .filter(found -> PrivateKeys.fits(found, chain.getFirst().getPublicKey()))
                        .isPresent();
    }
}
