package io.sluice.dataplane.tls;

import io.netty.channel.Channel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;

import java.lang.ref.Reference;
import java.net.InetSocketAddress;

/** The client's side of TLS for one cluster, with the sessions of its endpoints. Any thread. */
public final class ClientTls {
    private final ClientTlsSpec spec;
    private final SslContext context;

    ClientTls(ClientTlsSpec spec, SslContext context) {
        this.spec = spec;
        this.context = context;
    }

    /**
     * Puts TLS into a channel that is connected; its first handlers from now on.
     *
     * @param address where it is connected to
     * @param timeoutMillis for the handshake, 0 for none
     * @return whose {@code handshakeFuture} tells when bytes may be written, or why not
     */
    public SslHandler start(Channel channel, InetSocketAddress address, long timeoutMillis) {
        String name = spec.serverName().isEmpty() ? address.getHostString() : spec.serverName();
        try {
            SslHandler handler = context.newHandler(channel.alloc(), name, address.getPort());
            handler.setHandshakeTimeoutMillis(timeoutMillis);
            channel.pipeline().addFirst(new TlsEdgeHandler()).addFirst(handler);
            return handler;
        } finally {
            Reference.reachabilityFence(this);
        }
    }
}
