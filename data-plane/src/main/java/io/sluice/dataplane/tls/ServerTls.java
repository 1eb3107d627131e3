package io.sluice.dataplane.tls;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.OpenSslSessionTicketKey;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;

import org.jspecify.annotations.Nullable;

import java.lang.ref.Reference;
import java.util.List;
import java.util.Map;

/**
 * The server's side of TLS for one listener: a context for each list of certificates. Any thread.
 */
public final class ServerTls {
    private final ServerTlsSpec spec;
    private final Map<String, SslContext> byName;
    private final SslContext byDefault;

    ServerTls(ServerTlsSpec spec, Map<String, SslContext> byName, SslContext byDefault) {
        this.spec = spec;
        this.byName = Map.copyOf(byName);
        this.byDefault = byDefault;
    }

    /** What it was made of. */
    public ServerTlsSpec spec() {
        return spec;
    }

    /**
     * A handler for one connection; to be put into its pipeline, or released.
     *
     * @param serverName what the client asks for, in lower case; empty for nothing
     */
    public SslHandler newHandler(ByteBufAllocator allocator, String serverName) {
        try {
            SslHandler handler = contextFor(serverName).newHandler(allocator);
            // Whoever makes it has a timer for all that comes before the protocol.
            handler.setHandshakeTimeoutMillis(0);
            return handler;
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    private SslContext contextFor(String serverName) {
        SslContext named = named(serverName);
        return named == null ? byDefault : named;
    }

    private @Nullable SslContext named(String serverName) {
        SslContext exact = byName.get(serverName);
        if (exact != null) {
            return exact;
        }
        int dot = serverName.indexOf('.');
        // A wildcard stands for one label (RFC 6125 section 6.4.3).
        return dot > 0 ? byName.get("*" + serverName.substring(dot)) : null;
    }

    /** Whether a certificate has this name, in lower case. */
    public boolean has(String serverName) {
        return named(serverName) != null;
    }

    /** Seals tickets with the first, and takes those that any of them sealed. */
    void ticketKeys(List<TicketKey> keys) {
        try {
            ticketKeys(byDefault, keys);
            byName.values().forEach(context -> ticketKeys(context, keys));
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    private static void ticketKeys(SslContext context, List<TicketKey> keys) {
        if (context.sessionContext() instanceof OpenSslSessionContext sessions) {
            sessions.setTicketKeys(
                    keys.stream()
                            .map(TicketKey::boringSsl)
                            .toArray(OpenSslSessionTicketKey[]::new));
        }
    }
}
