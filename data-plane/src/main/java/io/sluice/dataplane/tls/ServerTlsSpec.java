package io.sluice.dataplane.tls;

import java.util.List;

/**
 * The TLS of a listener, compiled.
 *
 * @param certificates at least one; the first is the default
 * @param alpn what is offered, the preferred one first; empty for no ALPN
 */
public record ServerTlsSpec(
        List<TlsCertificate> certificates, List<String> alpn, TlsProtocols protocols) {
    public ServerTlsSpec {
        certificates = List.copyOf(certificates);
        alpn = List.copyOf(alpn);
    }
}
