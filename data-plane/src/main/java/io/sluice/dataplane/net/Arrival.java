package io.sluice.dataplane.net;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;
import java.util.List;

/**
 * What is known of a client's connection before its protocol takes it. Immutable.
 *
 * @param client who is at the other end, where something other than the socket tells; null means
 *     the socket's peer
 * @param secure whether the bytes come out of TLS
 * @param protocol what ALPN agreed on, such as {@code h2}; empty where nothing did
 * @param serverName the name that the client asked for (SNI), in lower case; empty for none
 * @param offered what it offers by ALPN, where TLS was looked at and does not end here
 * @param encrypted whether what it asks for is hidden in the hello (ECH), or pretends to be
 * @param proxyTlvs the vectors of the PROXY header that it came with
 */
public record Arrival(
        @Nullable InetSocketAddress client,
        boolean secure,
        String protocol,
        String serverName,
        List<String> offered,
        boolean encrypted,
        ProxyTlvs proxyTlvs) {
    /** In the clear, from the socket's peer. */
    public static final Arrival PLAIN = new Arrival(null, false, "", "");

    /** One that came without PROXY header. */
    public Arrival(
            @Nullable InetSocketAddress client,
            boolean secure,
            String protocol,
            String serverName) {
        this(client, secure, protocol, serverName, List.of(), false, ProxyTlvs.NONE);
    }

    /** The client's address, with the socket's peer as {@code peer}. */
    public InetSocketAddress clientOr(InetSocketAddress peer) {
        InetSocketAddress known = client;
        return known == null ? peer : known;
    }
}
