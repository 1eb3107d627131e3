package io.sluice.proto.resource.rules;

import io.sluice.proto.Limits;
import io.sluice.proto.Problems;
import io.sluice.proto.SizeText;
import io.sluice.proto.resource.CertificateView;
import io.sluice.proto.resource.PrivateKeys;
import io.sluice.proto.resource.v1.CertificateConfig;

import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;

/** The checks of one certificate. Dates are not among them: what is stored stays valid input. */
final class CertificateRules {
    private CertificateRules() {}

    /**
     * @param keyMayBeStored whether a missing key may be one that the store has
     */
    static void check(CertificateConfig config, boolean keyMayBeStored, Problems problems) {
        Optional<X509Certificate> leaf = leaf(config.getCertificate(), problems.at("certificate"));
        Problems at = problems.at("privateKey");
        if (config.getPrivateKey().isEmpty()) {
            missingKey(keyMayBeStored, at);
            return;
        }
        if (isTooLarge(config.getPrivateKey(), at)) {
            return;
        }
        Optional<PrivateKey> key = PrivateKeys.parse(config.getPrivateKey(), at);
        boolean pair =
                leaf.isEmpty()
                        || key.isEmpty()
                        || PrivateKeys.fits(key.get(), leaf.get().getPublicKey());
        if (!pair) {
            at.reject(
                    "KEY_MISMATCH",
                    "does not belong to the first certificate",
                    "the server's own certificate comes first in the chain");
        }
    }

    private static Optional<X509Certificate> leaf(String pem, Problems problems) {
        if (pem.isEmpty()) {
            problems.reject("REQUIRED", "is missing");
            return Optional.empty();
        }
        if (isTooLarge(pem, problems)) {
            return Optional.empty();
        }
        List<X509Certificate> chain = CertificateView.chain(pem, problems);
        if (chain.isEmpty()) {
            return Optional.empty();
        }
        PublicKey key = chain.getFirst().getPublicKey();
        if (!key.getAlgorithm().equals("RSA") && !key.getAlgorithm().equals("EC")) {
            problems.reject(
                    "BAD_CERTIFICATE",
                    "has a key of type " + key.getAlgorithm() + "; RSA and ECDSA are known");
            return Optional.empty();
        }
        for (int i = 1; i < chain.size(); i++) {
            boolean issued =
                    chain.get(i - 1)
                            .getIssuerX500Principal()
                            .equals(chain.get(i).getSubjectX500Principal());
            if (!issued) {
                problems.warn(
                        "CHAIN_ORDER",
                        "certificate " + (i + 1) + " did not issue the one before it",
                        "the chain goes from the server's own certificate upwards");
            }
        }
        X509Certificate leaf = chain.getFirst();
        boolean selfIssued = leaf.getIssuerX500Principal().equals(leaf.getSubjectX500Principal());
        if (chain.size() == 1 && !selfIssued) {
            problems.warn(
                    "MISSING_INTERMEDIATE",
                    "its issuer " + leaf.getIssuerX500Principal().getName() + " is not behind it",
                    "clients know roots only: if that is an intermediate, append it");
        }
        return Optional.of(leaf);
    }

    private static void missingKey(boolean mayBeStored, Problems problems) {
        String hint = "it is never shown; an apply without it keeps the stored key if that fits";
        if (mayBeStored) {
            problems.warn("KEY_UNKNOWN", "is missing", hint);
        } else {
            problems.reject("REQUIRED", "is missing, and no stored key fits", hint);
        }
    }

    private static boolean isTooLarge(String pem, Problems problems) {
        boolean large = pem.length() > Limits.PEM_BYTES_MAX;
        if (large) {
            problems.reject("TOO_LARGE", "is longer than " + SizeText.format(Limits.PEM_BYTES_MAX));
        }
        return large;
    }
}
