package io.sluice.dataplane.tls;

import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.IdentityCipherSuiteFilter;
import io.netty.handler.ssl.OpenSslContextOption;
import io.netty.handler.ssl.OpenSslCredential;
import io.netty.handler.ssl.OpenSslCredentialBuilder;
import io.netty.handler.ssl.OpenSslServerSessionContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import io.sluice.proto.StateDigest;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLException;

/** Makes the context of a listener for one list of certificates. */
final class ServerContexts {
    /** Of clients that come back. Longer than tickets live, whose keys decide. */
    private static final long SESSION_SECONDS = 24 * 3_600;

    /**
     * What Netty puts the key into, in memory and without a password. PKCS12 would encrypt and
     * decrypt it with 10,000 rounds of SHA-256 each: 65 ms of a node's start.
     */
    private static final String PLAIN_STORE = "JKS";

    private ServerContexts() {}

    static SslContext boringSsl(List<TlsCertificate> certificates, ServerTlsSpec spec)
            throws SSLException {
        TlsCertificate first = certificates.getFirst();
        SslContextBuilder builder =
                SslContextBuilder.forServer(first.key(), chain(first))
                        .sslProvider(SslProvider.OPENSSL_REFCNT)
                        .keyStoreType(PLAIN_STORE)
                        .ciphers(spec.protocols().suites(), IdentityCipherSuiteFilter.INSTANCE)
                        .trustManager(NoPeers.INSTANCE)
                        .option(OpenSslContextOption.USE_TASKS, false)
                        .option(OpenSslContextOption.GROUPS, TlsGroups.boringSsl());
        List<OpenSslCredential> credentials = new ArrayList<>();
        try {
            for (TlsCertificate certificate : certificates) {
                OpenSslCredential credential =
                        OpenSslCredentialBuilder.forX509(certificate.key(), chain(certificate))
                                .build();
                credentials.add(credential);
                builder.addCredential(credential);
            }
            SslContext context = common(builder, spec).build();
            var sessions = (OpenSslServerSessionContext) context.sessionContext();
            sessions.setSessionIdContext(sessionContext(spec));
            // Tickets keep the sessions at the clients.
            sessions.setSessionCacheEnabled(false);
            return context;
        } finally {
            credentials.forEach(OpenSslCredential::release);
        }
    }

    /**
     * Sessions are resumed where the same certificates are configured, on whatever node and however
     * often they were replaced, and nowhere else.
     */
    private static byte[] sessionContext(ServerTlsSpec spec) {
        String names =
                spec.certificates().stream()
                        .map(TlsCertificate::name)
                        .collect(Collectors.joining(","));
        return StateDigest.sha256(names.getBytes(StandardCharsets.UTF_8));
    }

    static SslContext jdk(List<TlsCertificate> certificates, ServerTlsSpec spec)
            throws SSLException {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            char[] password = new char[0];
            for (TlsCertificate certificate : certificates) {
                store.setKeyEntry(
                        certificate.name(), certificate.key(), password, chain(certificate));
            }
            KeyManagerFactory keys =
                    KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(store, password);
            return common(
                            SslContextBuilder.forServer(keys)
                                    .sslProvider(SslProvider.JDK)
                                    .ciphers(
                                            spec.protocols().suites(),
                                            SupportedCipherSuiteFilter.INSTANCE),
                            spec)
                    .build();
        } catch (GeneralSecurityException | IOException e) {
            throw new SSLException("cannot use the certificate: " + e.getMessage(), e);
        }
    }

    private static SslContextBuilder common(SslContextBuilder builder, ServerTlsSpec spec) {
        builder.protocols(spec.protocols().versions()).sessionTimeout(SESSION_SECONDS);
        if (!spec.alpn().isEmpty()) {
            builder.applicationProtocolConfig(
                    new ApplicationProtocolConfig(
                            Protocol.ALPN,
                            SelectorFailureBehavior.NO_ADVERTISE,
                            SelectedListenerFailureBehavior.ACCEPT,
                            spec.alpn()));
        }
        return builder;
    }

    private static X509Certificate[] chain(TlsCertificate certificate) {
        return certificate.chain().toArray(X509Certificate[]::new);
    }
}
