package io.sluice.dataplane.listener;

import io.netty.channel.socket.SocketChannel;
import io.sluice.dataplane.net.Arrival;

/**
 * What happens to an accepted connection of one listener and loop before its protocol takes it. Of
 * the loop's thread.
 *
 * <p>In this order, and only where the listener wants it: the PROXY header, a look at the
 * ClientHello for those passed through, TLS. A listener that wants none of it costs nothing here:
 * no handler, no object.
 */
final class ConnectionInitializer {
    private final Serving serving;

    ConnectionInitializer(Serving serving) {
        this.serving = serving;
    }

    /** Takes a connection that is registered, active and not being read yet. */
    void accepted(SocketChannel channel) {
        serving.accepted(channel, Arrival.PLAIN);
    }
}
