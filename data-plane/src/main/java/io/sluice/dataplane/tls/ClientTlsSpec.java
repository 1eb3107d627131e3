package io.sluice.dataplane.tls;

import java.security.cert.X509Certificate;
import java.util.List;

/**
 * TLS to the endpoints of a cluster, compiled.
 *
 * @param roots what certificates must lead to; empty for the Java runtime's
 * @param serverName what all endpoints are asked for; empty for each one's own host
 * @param verify whether certificates are looked at
 * @param alpn what is offered, the preferred one first; empty for no ALPN
 */
public record ClientTlsSpec(
        List<X509Certificate> roots, String serverName, boolean verify, List<String> alpn) {
    public ClientTlsSpec {
        roots = List.copyOf(roots);
        alpn = List.copyOf(alpn);
    }
}
