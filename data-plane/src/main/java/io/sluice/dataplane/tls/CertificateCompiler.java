package io.sluice.dataplane.tls;

import io.sluice.proto.DnsName;
import io.sluice.proto.Problems;
import io.sluice.proto.StateDigest;
import io.sluice.proto.resource.CertificateView;
import io.sluice.proto.resource.PrivateKeys;
import io.sluice.proto.resource.v1.CertificateConfig;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Compiles a certificate. Pure. */
public final class CertificateCompiler {
    private CertificateCompiler() {}

    /**
     * Compiles it; the rules of the kind have checked that the key belongs to the first of the
     * chain.
     *
     * @return empty where an error was reported
     */
    public static Optional<TlsCertificate> compile(
            String name, CertificateConfig config, Problems problems) {
        List<X509Certificate> chain =
                CertificateView.chain(config.getCertificate(), problems.at("certificate"));
        Optional<PrivateKey> key =
                PrivateKeys.parse(config.getPrivateKey(), problems.at("privateKey"));
        if (chain.isEmpty() || key.isEmpty()) {
            return Optional.empty();
        }
        String digest =
                HexFormat.of().formatHex(StateDigest.sha256(StateDigest.deterministic(config)));
        return Optional.of(new TlsCertificate(name, digest, chain, key.get(), names(config)));
    }

    private static Set<String> names(CertificateConfig config) {
        return CertificateView.of(config).stream()
                .flatMap(view -> view.names().stream())
                .map(DnsName::canonical)
                .collect(Collectors.toUnmodifiableSet());
    }
}
