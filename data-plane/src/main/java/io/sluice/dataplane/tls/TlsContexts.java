package io.sluice.dataplane.tls;

import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.OpenSslCredential;
import io.netty.handler.ssl.SslContext;
import io.netty.util.ReferenceCountUtil;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.lang.ref.Cleaner;
import java.lang.ref.WeakReference;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import javax.net.ssl.SSLException;

/**
 * The TLS contexts of the node: made when a spec is first seen, shared for as long as it is in use,
 * freed when nobody has it any more. Safe from any thread; making one takes milliseconds.
 */
public final class TlsContexts {
    private static final Logger log = LoggerFactory.getLogger(TlsContexts.class);

    private final boolean boringSsl;
    private final Cleaner cleaner = Cleaner.create();
    private final Map<ServerTlsSpec, WeakReference<ServerTls>> servers = new HashMap<>();

    private final Map<ClientTlsSpec, WeakReference<ClientTls>> clients = new HashMap<>();
    private List<TicketKey> ticketKeys = List.of(TicketKey.random());

    private TlsContexts(boolean boringSsl) {
        this.boringSsl = boringSsl;
    }

    /** With BoringSSL where its library loads, otherwise with the JDK's TLS, and says which. */
    public static TlsContexts open() {
        boolean boringSsl = OpenSsl.isAvailable() && OpenSslCredential.isAvailable();
        if (boringSsl) {
            log.info(
                    "event=tls-provider provider=boringssl version=\"{}\"",
                    OpenSsl.versionString());
        } else {
            Throwable cause = OpenSsl.unavailabilityCause();
            log.warn(
                    "event=tls-provider provider=jdk problem=\"BoringSSL is not available, TLS is"
                            + " slower and sessions are not resumed on other nodes: {}\"",
                    cause == null ? OpenSsl.versionString() : cause.toString());
        }
        return new TlsContexts(boringSsl);
    }

    /** With the JDK's TLS. */
    public static TlsContexts ofJdk() {
        return new TlsContexts(false);
    }

    /**
     * The server's side for a spec.
     *
     * @throws SSLException where the library does not take a certificate or key
     */
    public synchronized ServerTls server(ServerTlsSpec spec) throws SSLException {
        servers.values().removeIf(known -> known.get() == null);
        WeakReference<ServerTls> known = servers.get(spec);
        ServerTls live = known == null ? null : known.get();
        if (live == null) {
            live = newServer(spec);
            live.ticketKeys(ticketKeys);
            servers.put(spec, new WeakReference<>(live));
        }
        return live;
    }

    /**
     * The client's side for a spec.
     *
     * @throws SSLException where the library does not take it
     */
    public synchronized ClientTls client(ClientTlsSpec spec) throws SSLException {
        clients.values().removeIf(known -> known.get() == null);
        WeakReference<ClientTls> known = clients.get(spec);
        ClientTls live = known == null ? null : known.get();
        if (live == null) {
            SslContext context = ClientContexts.make(spec, boringSsl);
            // Where there is no choice it is the same.
            SslContext http1 =
                    spec.alpn().size() < 2
                            ? context
                            : ClientContexts.make(spec.onlyHttp1(), boringSsl);
            live = new ClientTls(spec, context, http1);
            // Of equal ones a set has one.
            Set<SslContext> contexts = new HashSet<>(List.of(context, http1));
            cleaner.register(live, () -> contexts.forEach(ReferenceCountUtil::release));
            clients.put(spec, new WeakReference<>(live));
        }
        return live;
    }

    /**
     * Seals session tickets with the first of these, from now on, and takes those that any of them
     * sealed. Until this is called the node has a key of its own.
     *
     * @param keys at least one
     */
    public synchronized void ticketKeys(List<TicketKey> keys) {
        ticketKeys = List.copyOf(keys);
        for (WeakReference<ServerTls> known : servers.values()) {
            ServerTls live = known.get();
            if (live != null) {
                live.ticketKeys(ticketKeys);
            }
        }
    }

    private ServerTls newServer(ServerTlsSpec spec) throws SSLException {
        var choice = new CertificateChoice(spec.certificates());
        Map<List<TlsCertificate>, SslContext> made = new HashMap<>();
        try {
            SslContext byDefault = context(choice.byDefault(), spec, made);
            Map<String, SslContext> byName = new HashMap<>();
            for (Map.Entry<String, List<TlsCertificate>> named : choice.byName().entrySet()) {
                byName.put(named.getKey(), context(named.getValue(), spec, made));
            }
            var server = new ServerTls(spec, byName, byDefault);
            Set<SslContext> contexts = Set.copyOf(made.values());
            cleaner.register(server, () -> contexts.forEach(ReferenceCountUtil::release));
            return server;
        } catch (SSLException e) {
            made.values().forEach(ReferenceCountUtil::release);
            throw e;
        }
    }

    private SslContext context(
            List<TlsCertificate> certificates,
            ServerTlsSpec spec,
            Map<List<TlsCertificate>, SslContext> made)
            throws SSLException {
        SslContext known = made.get(certificates);
        if (known == null) {
            known =
                    boringSsl
                            ? ServerContexts.boringSsl(certificates, spec)
                            : ServerContexts.jdk(certificates, spec);
            made.put(certificates, known);
        }
        return known;
    }
}
