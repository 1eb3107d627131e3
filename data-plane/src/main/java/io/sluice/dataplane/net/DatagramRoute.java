package io.sluice.dataplane.net;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;

/**
 * Where a connected UDP socket goes, and how.
 *
 * @param from the local address; null for what the kernel chooses. Of a UDP socket its port is its
 *     own alone, whatever the peer, so one address has as many as there are local ports.
 */
public record DatagramRoute(
        InetSocketAddress peer, @Nullable InetSocketAddress from, DatagramTuning tuning) {
    /** For bursts of a peer. */
    private static final int RECEIVE_BUFFER_BYTES = 1024 * 1024;

    /** By the options of a cluster. */
    public static DatagramRoute of(
            InetSocketAddress peer, @Nullable InetSocketAddress from, SocketSpec socket) {
        return new DatagramRoute(peer, from, DatagramTuning.of(socket, RECEIVE_BUFFER_BYTES));
    }
}
