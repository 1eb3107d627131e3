package io.sluice.dataplane.tls;

import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.OpenSslContextOption;
import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;

import java.security.cert.X509Certificate;

import javax.net.ssl.SSLException;

/** Makes the context of a cluster. */
final class ClientContexts {
    /** Sessions kept, of all endpoints of a cluster. */
    private static final int SESSIONS_MAX = 10_000;

    private static final long SESSION_SECONDS = 24 * 3_600;

    private ClientContexts() {}

    static SslContext make(ClientTlsSpec spec, boolean boringSsl) throws SSLException {
        SslContextBuilder builder =
                SslContextBuilder.forClient()
                        .sslProvider(boringSsl ? SslProvider.OPENSSL_REFCNT : SslProvider.JDK)
                        .protocols(TlsProtocols.INTERMEDIATE.versions())
                        .ciphers(
                                TlsProtocols.INTERMEDIATE.suites(),
                                SupportedCipherSuiteFilter.INSTANCE)
                        .sessionCacheSize(SESSIONS_MAX)
                        .sessionTimeout(SESSION_SECONDS);
        trust(builder, spec);
        if (!spec.alpn().isEmpty()) {
            builder.applicationProtocolConfig(
                    new ApplicationProtocolConfig(
                            Protocol.ALPN,
                            SelectorFailureBehavior.NO_ADVERTISE,
                            SelectedListenerFailureBehavior.ACCEPT,
                            spec.alpn()));
        }
        if (boringSsl) {
            builder.option(OpenSslContextOption.USE_TASKS, false);
        }
        SslContext context = builder.build();
        if (context.sessionContext() instanceof OpenSslSessionContext sessions) {
            // Netty leaves tickets out, without which TLS 1.3 resumes nothing.
            sessions.setTicketKeys();
        }
        return context;
    }

    private static void trust(SslContextBuilder builder, ClientTlsSpec spec) {
        if (!spec.verify()) {
            builder.trustManager(InsecureTrustManagerFactory.INSTANCE)
                    .endpointIdentificationAlgorithm(null);
            return;
        }
        builder.endpointIdentificationAlgorithm("HTTPS");
        if (!spec.roots().isEmpty()) {
            builder.trustManager(spec.roots().toArray(X509Certificate[]::new));
        }
    }
}
