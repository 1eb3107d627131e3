package io.sluice.proto.resource.rules;

import io.sluice.proto.DnsName;
import io.sluice.proto.IpText;
import io.sluice.proto.Limits;
import io.sluice.proto.Problems;
import io.sluice.proto.SizeText;
import io.sluice.proto.resource.CertificateView;
import io.sluice.proto.resource.v1.ClusterTls;
import io.sluice.proto.resource.v1.ListenerConfig;
import io.sluice.proto.resource.v1.ListenerTls;
import io.sluice.proto.resource.v1.TlsPolicy;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The checks of TLS, of listeners and clusters. */
final class TlsRules {
    private static final List<String> VERSIONS = List.of("1.2", "1.3");
    private static final List<String> HTTP_PROTOCOLS = List.of("h2", "http/1.1");

    private TlsRules() {}

    static void check(ListenerConfig listener, Problems problems) {
        if (listener.hasUdp()) {
            problems.reject("CONFLICT", "is for http and tcp; udp has no TLS");
        }
        ListenerTls tls = listener.getTls();
        boolean http = listener.hasHttp();
        certificates(tls, problems.at("certificates"));
        HelloRules.passthrough(listener, problems.at("passthrough"));
        alpn(tls.getAlpnList(), http ? HTTP_PROTOCOLS : List.of(), problems.at("alpn"));
        version(tls, problems.at("minVersion"));
    }

    private static void certificates(ListenerTls tls, Problems problems) {
        if (tls.getCertificatesCount() == 0 && tls.getPassthroughCount() > 0) {
            return;
        }
        if (tls.getCertificatesCount() == 0) {
            problems.reject(
                    "REQUIRED", "is missing", "name at least one: certificates: [my-certificate]");
            return;
        }
        Checks.count(
                tls.getCertificatesCount(),
                Limits.LISTENER_CERTIFICATES_MAX,
                "certificates",
                problems);
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < tls.getCertificatesCount(); i++) {
            if (!seen.add(tls.getCertificates(i))) {
                problems.item(i)
                        .reject(
                                "DUPLICATE",
                                Checks.quoted(tls.getCertificates(i)) + " is there twice");
            }
        }
    }

    static void check(ClusterTls tls, Problems problems) {
        Problems ca = problems.at("ca");
        if (tls.getCa().length() > Limits.PEM_BYTES_MAX) {
            ca.reject("TOO_LARGE", "is longer than " + SizeText.format(Limits.PEM_BYTES_MAX));
        } else if (!tls.getCa().isEmpty()) {
            CertificateView.roots(tls.getCa(), ca);
        }
        String name = tls.getServerName();
        if (!name.isEmpty() && !DnsName.isValid(name) && IpText.parse(name) == null) {
            problems.at("serverName")
                    .reject(
                            "BAD_NAME",
                            Checks.quoted(name) + " is neither a DNS name nor an IP address");
        }
        if (tls.hasVerify() && !tls.getVerify()) {
            Problems verify = problems.at("verify");
            verify.warn(
                    "NOT_VERIFIED",
                    "lets anyone on the way read and change everything",
                    "name the authority in ca instead");
            if (!tls.getCa().isEmpty()) {
                verify.reject("CONFLICT", "is false, so that ca has no meaning");
            }
        }
        alpn(tls.getAlpnList(), List.of(), problems.at("alpn"));
    }

    /**
     * @param known what may be offered; empty for anything
     */
    static void alpn(List<String> protocols, List<String> known, Problems problems) {
        Checks.count(protocols.size(), Limits.ALPN_PROTOCOLS_MAX, "protocols", problems);
        for (int i = 0; i < protocols.size(); i++) {
            String protocol = protocols.get(i);
            int bytes = protocol.getBytes(StandardCharsets.UTF_8).length;
            if (bytes == 0 || bytes > Limits.ALPN_NAME_BYTES_MAX) {
                problems.item(i)
                        .reject(
                                "BAD_PROTOCOL",
                                "has "
                                        + bytes
                                        + " bytes; the name of a protocol has 1 to "
                                        + Limits.ALPN_NAME_BYTES_MAX);
            } else if (!known.isEmpty() && !known.contains(protocol)) {
                problems.item(i)
                        .reject(
                                "UNKNOWN_VALUE",
                                Checks.quoted(protocol) + " is not spoken here",
                                "known: " + String.join(", ", known));
            }
        }
    }

    private static void version(ListenerTls tls, Problems problems) {
        String version = tls.getMinVersion();
        if (version.isEmpty()) {
            return;
        }
        if (!VERSIONS.contains(version)) {
            problems.reject(
                    "UNKNOWN_VALUE",
                    Checks.quoted(version) + " is not known here",
                    "known: " + String.join(", ", VERSIONS));
        } else if (version.equals("1.2") && tls.getPolicy() == TlsPolicy.TLS_POLICY_MODERN) {
            problems.reject(
                    "CONFLICT",
                    "the policy modern has TLS 1.3 alone",
                    "leave one of the two out, or write policy: intermediate");
        }
    }
}
