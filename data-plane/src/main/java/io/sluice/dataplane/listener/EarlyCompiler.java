package io.sluice.dataplane.listener;

import com.google.protobuf.Duration;

import io.sluice.dataplane.cluster.Cluster;
import io.sluice.dataplane.l4.tcp.TcpSpec;
import io.sluice.dataplane.l4.tcp.TcpSpecCompiler;
import io.sluice.dataplane.net.NetworkTrie;
import io.sluice.dataplane.tls.ServerTls;
import io.sluice.dataplane.tls.ServerTlsSpec;
import io.sluice.dataplane.tls.TlsCertificate;
import io.sluice.dataplane.tls.TlsContexts;
import io.sluice.dataplane.tls.TlsProtocols;
import io.sluice.proto.Problems;
import io.sluice.proto.resource.v1.ListenerConfig;
import io.sluice.proto.resource.v1.ListenerTls;
import io.sluice.proto.resource.v1.ProxyProtocol;
import io.sluice.proto.resource.v1.TlsPolicy;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

import javax.net.ssl.SSLException;

/** Compiles what a listener wants before its protocol. Touches nothing live. */
public final class EarlyCompiler {
    private static final long SECOND_NANOS = 1_000_000_000L;
    private static final long TIMEOUT_NANOS = 10 * SECOND_NANOS;
    private static final List<String> HTTP_PROTOCOLS = List.of("h2", "http/1.1");

    private EarlyCompiler() {}

    /**
     * Compiles it with the certificates and clusters of the same snapshot.
     *
     * @param clusters the cluster of a name, or null
     * @param certificates the certificate of a name, or null
     * @return empty where an error was reported
     */
    public static Optional<EarlySpec> compile(
            ListenerConfig config,
            Function<String, @Nullable Cluster> clusters,
            Function<String, @Nullable TlsCertificate> certificates,
            TlsContexts contexts,
            Problems problems) {
        ListenerTls tls = config.getTls();
        Problems at = problems.at("tls");
        Optional<TcpSpec> passthrough =
                TcpSpecCompiler.passthrough(
                        tls.getPassthroughList(),
                        clusters,
                        TcpSpecCompiler.idleTimeoutNanos(config.getTcp()),
                        at.at("passthrough"));
        Optional<ServerTls> terminated =
                tls.getCertificatesCount() == 0
                        ? Optional.empty()
                        : tls(config, certificates, contexts, at);
        boolean failed = tls.getCertificatesCount() > 0 && terminated.isEmpty();
        if (failed || passthrough.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                new EarlySpec(
                        proxy(config),
                        terminated.orElse(null),
                        timeoutNanos(config),
                        config.hasAccess() ? AccessCompiler.compile(config.getAccess()) : null,
                        tls.getPassthroughCount() == 0 ? null : passthrough.get(),
                        wantsHello(config)));
    }

    private static boolean wantsHello(ListenerConfig config) {
        return config.getTcp().getRulesList().stream().anyMatch(rule -> rule.getMatch().hasHello());
    }

    private static @Nullable ProxyTrust proxy(ListenerConfig config) {
        if (!config.hasProxyProtocol()) {
            return null;
        }
        ProxyProtocol wanted = config.getProxyProtocol();
        return new ProxyTrust(
                NetworkTrie.of(wanted.getFromList()),
                !wanted.hasRequired() || wanted.getRequired());
    }

    private static long timeoutNanos(ListenerConfig config) {
        if (!config.hasHandshakeTimeout()) {
            return TIMEOUT_NANOS;
        }
        Duration timeout = config.getHandshakeTimeout();
        return timeout.getSeconds() * SECOND_NANOS + timeout.getNanos();
    }

    private static Optional<ServerTls> tls(
            ListenerConfig listener,
            Function<String, @Nullable TlsCertificate> certificates,
            TlsContexts contexts,
            Problems problems) {
        ListenerTls config = listener.getTls();
        List<TlsCertificate> used = new ArrayList<>();
        for (int i = 0; i < config.getCertificatesCount(); i++) {
            String name = config.getCertificates(i);
            TlsCertificate certificate = certificates.apply(name);
            if (certificate == null) {
                problems.at("certificates", i)
                        .reject("NOT_FOUND", "certificate \"" + name + "\" does not exist");
            } else {
                used.add(certificate);
            }
        }
        if (used.size() < config.getCertificatesCount() || used.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    contexts.server(new ServerTlsSpec(used, alpn(listener), protocols(config))));
        } catch (SSLException e) {
            problems.at("certificates").reject("TLS_REFUSED", "cannot be used: " + e.getMessage());
            return Optional.empty();
        }
    }

    private static List<String> alpn(ListenerConfig listener) {
        List<String> configured = listener.getTls().getAlpnList();
        return configured.isEmpty() && listener.hasHttp() ? HTTP_PROTOCOLS : configured;
    }

    private static TlsProtocols protocols(ListenerTls config) {
        boolean only13 =
                config.getPolicy() == TlsPolicy.TLS_POLICY_MODERN
                        || config.getMinVersion().equals("1.3");
        return only13 ? TlsProtocols.TLS_1_3 : TlsProtocols.INTERMEDIATE;
    }
}
