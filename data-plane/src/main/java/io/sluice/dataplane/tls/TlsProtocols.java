package io.sluice.dataplane.tls;

import java.util.List;

/**
 * Which versions and cipher suites are spoken, by the recommendations of Mozilla's "Server Side
 * TLS" 5.7. Its suites with DHE are left out: BoringSSL has none.
 */
public enum TlsProtocols {
    /** TLS 1.3 alone, whatever the policy. */
    TLS_1_3,
    /** TLS 1.2 with forward secrecy and authenticated encryption, and TLS 1.3. */
    INTERMEDIATE;

    private static final List<String> SUITES_1_3 =
            List.of(
                    "TLS_AES_128_GCM_SHA256",
                    "TLS_AES_256_GCM_SHA384",
                    "TLS_CHACHA20_POLY1305_SHA256");
    private static final List<String> SUITES =
            List.of(
                    "TLS_AES_128_GCM_SHA256",
                    "TLS_AES_256_GCM_SHA384",
                    "TLS_CHACHA20_POLY1305_SHA256",
                    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
                    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
                    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
                    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
                    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
                    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");

    String[] versions() {
        return this == TLS_1_3 ? new String[] {"TLSv1.3"} : new String[] {"TLSv1.3", "TLSv1.2"};
    }

    List<String> suites() {
        return this == TLS_1_3 ? SUITES_1_3 : SUITES;
    }
}
