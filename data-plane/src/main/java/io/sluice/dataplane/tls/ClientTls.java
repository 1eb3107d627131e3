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
    private final SslContext http1;

    /**
     * @param http1 the same, offering nothing but HTTP/1.1
     */
    ClientTls(ClientTlsSpec spec, SslContext context, SslContext http1) {
        this.spec = spec;
        this.context = context;
        this.http1 = http1;
    }

    /**
     * Puts TLS into a channel that is connected; its first handlers from now on.
     *
     * @param address where it is connected to
     * @param timeoutMillis for the handshake, 0 for none
     * @return whose {@code handshakeFuture} tells when bytes may be written, or why not
     */
    public SslHandler start(Channel channel, InetSocketAddress address, long timeoutMillis) {
        return start(context, channel, address, timeoutMillis);
    }

    /** As {@link #start}, but of what it would offer only HTTP/1.1. */
    public SslHandler startHttp1(Channel channel, InetSocketAddress address, long timeoutMillis) {
        return start(http1, channel, address, timeoutMillis);
    }

    private SslHandler start(
            SslContext context, Channel channel, InetSocketAddress address, long timeoutMillis) {
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
