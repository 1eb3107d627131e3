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
    private static final String ALPN_HTTP1 = "http/1.1";

    public ClientTlsSpec {
        roots = List.copyOf(roots);
        alpn = List.copyOf(alpn);
    }

    /** The same, offering nothing but HTTP/1.1. */
    ClientTlsSpec onlyHttp1() {
        return new ClientTlsSpec(roots, serverName, verify, List.of(ALPN_HTTP1));
    }
}
