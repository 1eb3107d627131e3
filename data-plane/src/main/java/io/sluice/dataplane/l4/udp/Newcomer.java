package io.sluice.dataplane.l4.udp;

import io.sluice.dataplane.net.Arrival;

import java.net.InetSocketAddress;

/**
 * A client that has no session yet, and was let in.
 *
 * @param peer who sent its datagram and is sent the replies
 * @param arrival what is known of it, such as that it is not the peer
 * @param left run on the loop when its session has ended, or when it gets none
 */
public record Newcomer(InetSocketAddress peer, Arrival arrival, Runnable left) {
    InetSocketAddress client() {
        return arrival.clientOr(peer);
    }

    /** The client's address, 4 or 16 bytes. */
    byte[] bytes() {
        return client().getAddress().getAddress();
    }
}
