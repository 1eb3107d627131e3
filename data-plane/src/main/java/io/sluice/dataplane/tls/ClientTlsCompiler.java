package io.sluice.dataplane.tls;

import io.sluice.proto.Problems;
import io.sluice.proto.resource.CertificateView;
import io.sluice.proto.resource.v1.ClusterTls;

import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;

import javax.net.ssl.SSLException;

/** Compiles the TLS of a cluster. Touches nothing live. */
public final class ClientTlsCompiler {
    private ClientTlsCompiler() {}

    /**
     * Compiles it.
     *
     * @return empty where an error was reported
     */
    public static Optional<ClientTls> compile(
            ClusterTls config, TlsContexts contexts, Problems problems) {
        List<X509Certificate> roots = List.of();
        if (!config.getCa().isEmpty()) {
            roots = CertificateView.roots(config.getCa(), problems.at("ca"));
            if (roots.isEmpty()) {
                return Optional.empty();
            }
        }
        boolean verify = !config.hasVerify() || config.getVerify();
        try {
            return Optional.of(
                    contexts.client(
                            new ClientTlsSpec(
                                    roots, config.getServerName(), verify, config.getAlpnList())));
        } catch (SSLException e) {
            problems.reject("TLS_REFUSED", "cannot be used: " + e.getMessage());
            return Optional.empty();
        }
    }
}
