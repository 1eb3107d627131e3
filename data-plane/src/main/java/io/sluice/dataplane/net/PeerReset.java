package io.sluice.dataplane.net;

import io.netty.channel.Channel;

/**
 * Fired through the pipeline of a connection that its peer has reset, or that broke otherwise,
 * while nothing is read from it: a read would come upon that only behind what the kernel still
 * holds, and may never be made. A connection that is read fails by a read instead.
 *
 * <p>May be fired more than once. What came before can still be read by whoever wants it. Epoll and
 * io_uring tell; NIO cannot, since the JDK's selectors forget a socket that asks for nothing.
 */
public enum PeerReset {
    /** There is only one. */
    INSTANCE;

    static void tell(Channel channel) {
        channel.pipeline().fireUserEventTriggered(INSTANCE);
    }
}
